// Trusted roots are read strictly; the embedded one can be used.
#include "sigstore/trusted_root.hpp"

#include "sigstore/test_bundles.hpp"

namespace mpk::sigstore {
namespace {

using namespace testing;

std::string edited_root(const std::function<void(Json&)>& edit) {
  return edited(std::string(embedded_trusted_root().text), edit);
}

TEST_CASE("the embedded trusted root is the public instance's") {
  const auto root = must(parse_trusted_root(embedded_trusted_root().text));
  CHECK(root.warnings.empty());
  CHECK(root.digest == crypto::sha256(embedded_trusted_root().text));
  REQUIRE(root.tlogs.size() == 2);
  CHECK(root.tlogs[0].origin == "rekor.sigstore.dev");
  CHECK(root.tlogs[1].origin == "log2025-1.rekor.sigstore.dev");
  CHECK(root.tlogs[1].key.type() == crypto::KeyType::ed25519);
  REQUIRE(root.certificate_authorities.size() == 2);
  CHECK(root.certificate_authorities[1].chain.size() == 2);
  CHECK(root.certificate_authorities[0].valid_for.end.has_value());
  REQUIRE(root.ctlogs.size() == 2);
  for (const auto& log : root.ctlogs) CHECK(log.id == log.key.fingerprint().bytes());
  REQUIRE(root.timestamp_authorities.size() == 1);
  CHECK(root.timestamp_authorities[0].uri == "https://timestamp.sigstore.dev/api/v1/timestamp");
  CHECK(embedded_trusted_root().date.size() == 10);
}

TEST_CASE("the embedded certificates, decoded late, are certificates") {
  const auto root = must(parse_trusted_root(embedded_trusted_root().text));
  std::vector<crypto::Certificate> all;
  for (const auto& authority : root.certificate_authorities)
    all.insert(all.end(), authority.chain.begin(), authority.chain.end());
  for (const auto& authority : root.timestamp_authorities)
    all.insert(all.end(), authority.chain.begin(), authority.chain.end());
  REQUIRE(all.size() == 5);
  for (const auto& certificate : all) {
    const auto again = crypto::Certificate::from_der(certificate.der());
    REQUIRE(again);
    CHECK(again->subject() == certificate.subject());
    CHECK(again->is_ca() == certificate.is_ca());
  }
}

TEST_CASE("authorities are prepared while they are valid, and where one vouches for another") {
  const auto root = must(parse_trusted_root(embedded_trusted_root().text));
  const auto at = [](const char* text) { return must(Timestamp::parse(text)); };
  CHECK(prepare_authorities(root, at("2026-01-01T00:00:00Z")).joinable());
  // Then there was the first one alone, a root without intermediates.
  CHECK_FALSE(prepare_authorities(root, at("2021-06-01T00:00:00Z")).joinable());
}

TEST_CASE("the embedded files are the data files, byte for byte") {
  const std::filesystem::path data = std::filesystem::path(MPK_SOURCE_DIR) / "lib/sigstore/data";
  CHECK(read_file(data / "trusted_root.json") == std::string(embedded_trusted_root().text));
  CHECK(read_file(data / "signing_config_rekor_v2.v0.2.json") ==
        std::string(embedded_signing_config().text));
}

TEST_CASE("all four media types of a trusted root are read and no fifth") {
  for (const char* type : {"application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                           "application/vnd.dev.sigstore.trustedroot+json;version=0.2",
                           "application/vnd.dev.sigstore.trustedroot.v0.1+json",
                           "application/vnd.dev.sigstore.trustedroot.v0.2+json"}) {
    CAPTURE(type);
    CHECK(kind_of(parse_trusted_root(edited_root([&](Json& r) { r["mediaType"] = type; }))) == "");
  }
  for (const char* type : {"application/vnd.dev.sigstore.trustedroot.v0.3+json", ""}) {
    CHECK(kind_of(parse_trusted_root(edited_root([&](Json& r) { r["mediaType"] = type; }))) ==
          "malformed");
  }
}

TEST_CASE("a validity interval is closed at both ends and null is no end") {
  const auto text = edited_root([](Json& r) {
    r["tlogs"][0]["publicKey"]["validFor"] = {{"start", "2024-01-01T00:00:00Z"},
                                              {"end", "2024-02-01T00:00:00.999Z"}};
    r["tlogs"][1]["publicKey"]["validFor"]["end"] = nullptr;
  });
  const auto root = must(parse_trusted_root(text));
  const auto& closed = root.tlogs[0].valid_for;
  CHECK(closed.contains(must(Timestamp::parse("2024-01-01T00:00:00Z"))));
  CHECK(closed.contains(must(Timestamp::parse("2024-02-01T00:00:00.999Z"))));
  CHECK(!closed.contains(must(Timestamp::parse("2023-12-31T23:59:59.999Z"))));
  CHECK(!closed.contains(must(Timestamp::parse("2024-02-01T00:00:01Z"))));
  CHECK(!root.tlogs[1].valid_for.end.has_value());
}

TEST_CASE("a trusted root with a fault is refused") {
  const struct {
    const char* name;
    std::function<void(Json&)> edit;
    const char* words;
  } rows[] = {
      {"log without start", [](Json& r) { r["tlogs"][0]["publicKey"]["validFor"].erase("start"); },
       "missing \"start\""},
      {"log with a null start",
       [](Json& r) { r["ctlogs"][0]["publicKey"]["validFor"]["start"] = nullptr; },
       "missing \"start\""},
      {"log without validity", [](Json& r) { r["ctlogs"][0]["publicKey"].erase("validFor"); },
       "missing \"validFor\""},
      {"base64", [](Json& r) { r["tlogs"][0]["publicKey"]["rawBytes"] = "AAA"; }, "base64"},
      {"key", [](Json& r) { r["tlogs"][0]["publicKey"]["rawBytes"] = "AAAA"; }, "publicKey"},
      {"certificate",
       [](Json& r) {
         r["certificateAuthorities"][0]["certChain"]["certificates"][0]["rawBytes"] = "AAAA";
       },
       "certificates[0]"},
      {"no certificate",
       [](Json& r) { r["timestampAuthorities"][0]["certChain"]["certificates"] = Json::array(); },
       "no certificate"},
      {"unknown member", [](Json& r) { r["tlog"] = Json::array(); }, "tlog"},
      {"unknown member of a log", [](Json& r) { r["tlogs"][0]["witness"] = 1; }, "witness"},
      {"time", [](Json& r) { r["tlogs"][0]["publicKey"]["validFor"]["start"] = "2021-01-12"; },
       "start"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto root = parse_trusted_root(edited_root(row.edit));
    REQUIRE(kind_of(root) == "malformed");
    CAPTURE(root.error().text());
    CHECK(root.error().text().find(row.words) != std::string::npos);
  }
  CHECK(kind_of(parse_trusted_root("")) == "malformed");
}

TEST_CASE("a log key of a kind that cannot be used is left out with a warning") {
  const auto root = must(parse_trusted_root(edited_root([](Json& r) {
    r["tlogs"][0]["publicKey"]["keyDetails"] = "ML_DSA_65";
    r["tlogs"][1]["publicKey"]["keyDetails"] = "PKIX_ED25519_PH";
    r["ctlogs"][0]["hashAlgorithm"] = "SHA2_512";
  })));
  CHECK(root.tlogs.empty());
  CHECK(root.ctlogs.size() == 1);
  REQUIRE(root.warnings.size() == 3);
  CHECK(root.warnings[0].find("rekor.sigstore.dev") != std::string::npos);
  CHECK(root.warnings[0].find("ML_DSA_65") != std::string::npos);
}

TEST_CASE("an authority without an interval of its own is bound by its root certificate") {
  const auto root = must(parse_trusted_root(
      edited_root([](Json& r) { r["certificateAuthorities"][0].erase("validFor"); })));
  const auto& authority = root.certificate_authorities[0];
  CHECK(authority.valid_for.start == authority.chain.back().not_before());
}

TEST_CASE("a log without an id has the one that its key gives") {
  const auto root = must(parse_trusted_root(edited_root([](Json& r) {
    for (auto& log : r["tlogs"]) log.erase("logId");
    for (auto& log : r["ctlogs"]) log.erase("logId");
  })));
  const auto whole = must(parse_trusted_root(embedded_trusted_root().text));
  CHECK(root.tlogs[0].log_id == whole.tlogs[0].log_id);
  CHECK(root.tlogs[1].log_id == whole.tlogs[1].log_id);
  CHECK(root.ctlogs[1].id == whole.ctlogs[1].id);
}

}  // namespace
}  // namespace mpk::sigstore
