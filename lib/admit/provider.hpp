// ProviderRequest and ProviderResponse of Gatekeeper's external data (v1beta1; v1alpha1 is read,
// too).
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mpk::admit {

/// The keys, in order, each once. malformed: another kind or version, no keys, a key that is no
/// string; too_large: over limits::kProviderKeys of them, or the body over kAdmissionReview.
Result<std::vector<std::string>> read_provider_request(std::string_view body);

struct ProviderItem {
  std::string key;
  Json value;         // of an item that was judged
  std::string error;  // of one that could not be; empty: `value` counts
};

Json provider_response(const std::vector<ProviderItem>& items, const std::string& system_error);

}  // namespace mpk::admit
