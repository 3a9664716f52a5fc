// Signing configs are read strictly, and the services are chosen as the specification says.
#include "sigstore/signing_config.hpp"

#include "sigstore/test_bundles.hpp"

namespace mpk::sigstore {
namespace {

using namespace testing;

std::string edited_config(const std::function<void(Json&)>& edit) {
  return edited(std::string(embedded_signing_config().text), edit);
}

Service service(std::string url, unsigned version, const char* start, std::string operator_name,
                const char* end = nullptr) {
  Service out{std::move(url),
              version,
              {must(Timestamp::parse(start)), std::nullopt},
              std::move(operator_name)};
  if (end != nullptr) out.valid_for.end = must(Timestamp::parse(end));
  return out;
}

std::string urls(const Result<std::vector<Service>>& services) {
  if (!services) return kind_of(services);
  std::string out;
  for (const auto& one : *services) out += (out.empty() ? "" : " ") + one.url;
  return out;
}

TEST_CASE("the embedded signing config names the public services, Rekor v2 first") {
  const auto config = must(parse_signing_config(embedded_signing_config().text));
  CHECK(urls(select_services(config.rekor, config.rekor_selector, config.rekor_count, {1, 2},
                             test_now(), "a log")) == "https://log2025-1.rekor.sigstore.dev");
  CHECK(urls(select_services(config.rekor, config.rekor_selector, config.rekor_count, {1},
                             test_now(), "a log")) == "https://rekor.sigstore.dev");
  CHECK(urls(select_services(config.certificate_authorities, "ANY", 0, {1}, test_now(), "a CA")) ==
        "https://fulcio.sigstore.dev");
  CHECK(config.tsa.front().url == "https://timestamp.sigstore.dev/api/v1/timestamp");
  CHECK(config.oidc.front().url == "https://oauth2.sigstore.dev/auth");
}

TEST_CASE("services are chosen by time, version, operator and selector") {
  const std::vector<Service> services = {
      service("https://old", 2, "2025-01-01T00:00:00Z", "a"),
      service("https://new", 2, "2026-01-01T00:00:00Z", "a"),
      service("https://other", 2, "2025-06-01T00:00:00Z", "b"),
      service("https://v1", 1, "2026-06-01T00:00:00Z", "c"),
      service("https://gone", 2, "2026-07-01T00:00:00Z", "d", "2026-08-01T00:00:00Z"),
      service("https://coming", 2, "2027-01-01T00:00:00Z", "e"),
      service("https://v3", 3, "2026-06-01T00:00:00Z", "f"),
  };
  const auto select = [&](std::string_view selector, unsigned count,
                          std::vector<unsigned> versions) {
    return urls(select_services(services, selector, count, std::move(versions), test_now(), "x"));
  };
  CHECK(select("ANY", 0, {1, 2}) == "https://new");
  CHECK(select("ALL", 0, {1, 2}) == "https://new https://other");
  CHECK(select("EXACT", 2, {1, 2}) == "https://new https://other");
  CHECK(select("EXACT", 1, {1, 2}) == "https://new");
  CHECK(select("EXACT", 3, {1, 2}) == "usage");
  CHECK(select("ANY", 0, {1}) == "https://v1");
  CHECK(select("ANY", 0, {4}) == "usage");
}

TEST_CASE("an interval of a service includes both of its ends") {
  const std::vector<Service> one = {
      service("https://x", 1, "2026-11-20T00:00:00Z", "", "2026-11-21T00:00:00Z")};
  CHECK(urls(select_services(one, "ANY", 0, {1}, test_now(), "x")) == "https://x");
  CHECK(urls(select_services(one, "ANY", 0, {1}, test_now().plus_seconds(1), "x")) == "usage");
}

TEST_CASE("the message names every service that was dropped and why") {
  const std::vector<Service> services = {
      service("https://gone", 1, "2025-01-01T00:00:00Z", "", "2026-01-01T00:00:00Z"),
      service("https://v9", 9, "2025-01-01T00:00:00Z", "")};
  const auto result = select_services(services, "ANY", 0, {1}, test_now(), "timestamp authority");
  REQUIRE(kind_of(result) == "usage");
  const auto& text = result.error().message();
  CHECK(text.find("timestamp authority") != std::string::npos);
  CHECK(text.find("https://gone: not in use after 2026-01-01") != std::string::npos);
  CHECK(text.find("https://v9: speaks version 9") != std::string::npos);
}

TEST_CASE("a signing config with a fault is refused") {
  const struct {
    const char* name;
    std::function<void(Json&)> edit;
    const char* kind;
  } rows[] = {
      {"v0.1",
       [](Json& c) { c["mediaType"] = "application/vnd.dev.sigstore.signingconfig.v0.1+json"; },
       "unsupported"},
      {"no type", [](Json& c) { c.erase("mediaType"); }, "malformed"},
      {"unknown member", [](Json& c) { c["caUrl"] = "x"; }, "malformed"},
      {"not a URL", [](Json& c) { c["tsaUrls"][0]["url"] = "ftp://x"; }, "malformed"},
      {"no start", [](Json& c) { c["tsaUrls"][0]["validFor"].erase("start"); }, "malformed"},
      {"selector", [](Json& c) { c["tsaConfig"]["selector"] = "SOME"; }, "malformed"},
      {"EXACT nothing", [](Json& c) { c["tsaConfig"] = {{"selector", "EXACT"}}; }, "malformed"},
      {"no version", [](Json& c) { c["caUrls"][0].erase("majorApiVersion"); }, "malformed"},
      {"no selector", [](Json& c) { c["tsaConfig"] = Json::object(); }, "malformed"},
      {"as it is", [](Json&) {}, ""},
      {"no selector where nothing is listed",
       [](Json& c) {
         c.erase("tsaUrls");
         c["tsaConfig"] = Json::object();
       },
       ""},
      {"EXACT one", [](Json& c) { c["tsaConfig"] = {{"selector", "EXACT"}, {"count", 1}}; }, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(kind_of(parse_signing_config(edited_config(row.edit))) == row.kind);
  }
}

TEST_CASE("a trust config gives its two parts") {
  const std::string root(embedded_trusted_root().text);
  const std::string config(embedded_signing_config().text);
  const std::string type = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json";
  const auto text = R"({"mediaType":")" + type + R"(","trustedRoot":)" + root +
                    R"(,"signingConfig":)" + config + "}";
  const auto parts = must(parse_trust_config(text));
  CHECK(kind_of(parse_trusted_root(parts.trusted_root)) == "");
  CHECK(kind_of(parse_signing_config(parts.signing_config)) == "");
  CHECK(kind_of(parse_trust_config(edited(text, [](Json& c) { c["mediaType"] = "x"; }))) ==
        "unsupported");
  CHECK(kind_of(parse_trust_config(edited(text, [](Json& c) { c.erase("signingConfig"); }))) ==
        "malformed");
  CHECK(kind_of(parse_trust_config(edited(text, [](Json& c) { c["x"] = 1; }))) == "malformed");
}

}  // namespace
}  // namespace mpk::sigstore
