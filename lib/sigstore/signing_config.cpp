// SigningConfig: reading, and which of its services to use.
#include "sigstore/signing_config.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

namespace mpk::sigstore {
namespace {

constexpr std::string_view kMediaType = "application/vnd.dev.sigstore.signingconfig.v0.2+json";
constexpr std::string_view kTrustConfigType =
    "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json";
constexpr std::array<std::string_view, 3> kSelectors = {"ANY", "ALL", "EXACT"};

Result<std::vector<Service>> read_services(const json::Field& top, std::string_view key) {
  std::vector<Service> out;
  for (const auto& item : TRY(top.optional_items(key))) {
    TRY(item.only({"url", "majorApiVersion", "validFor", "operator"}));
    Service service;
    service.url = TRY(item.string("url"));
    if (auto url = Url::parse(service.url); !url) return item.error(url.error().text());
    const auto version = TRY(item.unsigned_integer("majorApiVersion"));
    if (version > std::numeric_limits<unsigned>::max()) return item.error("majorApiVersion");
    service.major_api_version = static_cast<unsigned>(version);
    const auto range = TRY(item.at("validFor"));
    TRY(range.only({"start", "end"}));
    service.valid_for.start = TRY(TRY(range.at("start")).timestamp());
    service.valid_for.end = TRY(range.optional_timestamp("end"));
    service.operator_name = TRY(item.optional_string("operator")).value_or("");
    out.push_back(std::move(service));
  }
  return out;
}

// cosign writes {} where no service is listed; what is not listed need not be chosen from.
Result<void> read_selection(const json::Field& top, std::string_view key,
                            const std::vector<Service>& services, std::string& selector,
                            unsigned& count) {
  const auto field = TRY(top.find(key));
  if (!field || (services.empty() && TRY(field->members()).empty())) return {};
  TRY(field->only({"selector", "count"}));
  selector = TRY(field->string("selector"));
  if (std::ranges::find(kSelectors, selector) == kSelectors.end()) {
    return field->error("selector is none of ANY, ALL, EXACT");
  }
  const auto wanted = TRY(field->optional_unsigned("count")).value_or(0);
  if (selector == "EXACT" && wanted == 0) return field->error("EXACT needs a count above zero");
  if (wanted > std::numeric_limits<unsigned>::max()) return field->error("count is too large");
  count = static_cast<unsigned>(wanted);
  return {};
}

Result<SigningConfig> read_config(const json::Field& top) {
  const auto media_type = TRY(top.string("mediaType"));
  if (media_type != kMediaType) {
    return Error(ErrorKind::unsupported, "mediaType is \"" + printable(media_type, 120) +
                                             "\", expected " + std::string(kMediaType));
  }
  TRY(top.only({"mediaType", "caUrls", "oidcUrls", "rekorTlogUrls", "rekorTlogConfig", "tsaUrls",
                "tsaConfig"}));
  SigningConfig out;
  out.certificate_authorities = TRY(read_services(top, "caUrls"));
  out.oidc = TRY(read_services(top, "oidcUrls"));
  out.rekor = TRY(read_services(top, "rekorTlogUrls"));
  out.tsa = TRY(read_services(top, "tsaUrls"));
  TRY(read_selection(top, "rekorTlogConfig", out.rekor, out.rekor_selector, out.rekor_count));
  TRY(read_selection(top, "tsaConfig", out.tsa, out.tsa_selector, out.tsa_count));
  return out;
}

// Why a service can't be used at `now`; empty when it can.
std::string objection(const Service& service, const std::vector<unsigned>& versions,
                      Timestamp now) {
  if (now < service.valid_for.start) return "not in use before " + service.valid_for.start.text();
  if (service.valid_for.end && now > *service.valid_for.end) {
    return "not in use after " + service.valid_for.end->text();
  }
  if (std::ranges::find(versions, service.major_api_version) == versions.end()) {
    return "speaks version " + std::to_string(service.major_api_version) + ", which mpk does not";
  }
  return {};
}

}  // namespace

Result<SigningConfig> parse_signing_config(std::string_view text) {
  const auto document =
      TRY(json::parse(text, {.max_bytes = limits::kTrustedRoot}).with("signing config"));
  return read_config(json::Field(document)).with("signing config");
}

Result<std::vector<Service>> select_services(const std::vector<Service>& services,
                                             std::string_view selector, unsigned count,
                                             std::vector<unsigned> versions, Timestamp now,
                                             std::string_view what) {
  std::vector<Service> usable;
  std::vector<std::string> objections;
  unsigned highest = 0;
  for (const auto& service : services) {
    auto reason = objection(service, versions, now);
    if (!reason.empty()) {
      objections.push_back(printable(service.url, 120) + ": " + reason);
      continue;
    }
    highest = std::max(highest, service.major_api_version);
    usable.push_back(service);
  }
  std::erase_if(usable, [&](const Service& s) { return s.major_api_version != highest; });
  std::ranges::stable_sort(usable, std::greater{},
                           [](const Service& s) { return s.valid_for.start; });
  // One per operator: two instances of one operator are no two witnesses.
  std::set<std::string> operators;
  std::erase_if(usable,
                [&](const Service& s) { return !operators.insert(s.operator_name).second; });

  const std::string name(what);
  if (usable.empty()) {
    if (objections.empty()) objections.emplace_back("none is listed");
    return Error(ErrorKind::usage,
                 "no " + name + " in the signing config can be used: " + join(objections, "; "));
  }
  if (selector == "ALL") return usable;
  const std::size_t wanted = selector == "EXACT" ? count : 1;
  if (usable.size() < wanted) {
    return Error(ErrorKind::usage, "signing config asks for " + std::to_string(wanted) + " of " +
                                       name + ", found " + std::to_string(usable.size()));
  }
  usable.erase(usable.begin() + static_cast<std::ptrdiff_t>(wanted), usable.end());
  return usable;
}

Result<TrustConfigParts> parse_trust_config(std::string_view text) {
  const auto document =
      TRY(json::parse(text, {.max_bytes = 2 * limits::kTrustedRoot}).with("trust config"));
  const json::Field top(document);
  auto read = [&]() -> Result<TrustConfigParts> {
    const auto media_type = TRY(top.string("mediaType"));
    if (media_type != kTrustConfigType) {
      return Error(ErrorKind::unsupported, "mediaType is \"" + printable(media_type, 120) +
                                               "\", expected " + std::string(kTrustConfigType));
    }
    TRY(top.only({"mediaType", "trustedRoot", "signingConfig"}));
    const auto root = TRY(top.at("trustedRoot"));
    const auto config = TRY(top.at("signingConfig"));
    return TrustConfigParts{json::compact(root.value()), json::compact(config.value())};
  };
  return read().with("trust config");
}

}  // namespace mpk::sigstore
