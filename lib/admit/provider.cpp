// Gatekeeper's external data: reading what is asked, writing what is told.
#include "admit/provider.hpp"

#include "admit/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <unordered_set>

namespace mpk::admit {
namespace {

constexpr std::string_view kVersion = "externaldata.gatekeeper.sh/v1beta1";
constexpr std::string_view kOldVersion = "externaldata.gatekeeper.sh/v1alpha1";

}  // namespace

Result<std::vector<std::string>> read_provider_request(std::string_view body) {
  const auto document = TRY(json::parse(body, {.max_bytes = limits::kAdmissionReview,
                                               .max_values = limits::kAdmissionValues})
                                .with("ProviderRequest"));
  const json::Field root(document);
  const auto version = TRY(root.string("apiVersion"));
  const auto kind = TRY(root.string("kind"));
  if ((version != kVersion && version != kOldVersion) || kind != "ProviderRequest") {
    return root.error("expected a ProviderRequest of " + std::string(kVersion) + ", found " +
                      printable(kind, 80) + " of " + printable(version, 80));
  }
  const auto entries = TRY(TRY(root.at("request")).items("keys"));
  if (entries.empty()) return root.error("request.keys has no keys");
  if (entries.size() > limits::kProviderKeys) {
    return Error(ErrorKind::too_large,
                 "$.request.keys: " + std::to_string(entries.size()) + " keys, at most " +
                     std::to_string(limits::kProviderKeys) + " are answered at once");
  }
  std::vector<std::string> keys;
  std::unordered_set<std::string> seen;
  for (const auto& entry : entries) {
    auto key = TRY(entry.string());
    if (seen.insert(key).second) keys.push_back(std::move(key));
  }
  return keys;
}

Json provider_response(const std::vector<ProviderItem>& items, const std::string& system_error) {
  Json out = Json::array();
  for (const auto& item : items) {
    // Gatekeeper looks for the key that it sent, to the byte.
    Json each = {{"key", item.key}};
    if (item.error.empty()) {
      each["value"] = item.value;
    } else {
      each["error"] = printable(item.error);
    }
    out.push_back(std::move(each));
  }
  return {{"apiVersion", kVersion},
          {"kind", "ProviderResponse"},
          {"response",
           {{"idempotent", true},
            {"items", std::move(out)},
            {"systemError", printable(system_error)}}}};
}

}  // namespace mpk::admit
