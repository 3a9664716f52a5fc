// Known predicate types and their short names (cosign's --type words and a few more).
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::attest {

inline constexpr std::string_view kCosignSign = "https://sigstore.dev/cosign/sign/v1";
inline constexpr std::string_view kSlsaProvenance = "https://slsa.dev/provenance/v1";
inline constexpr std::string_view kCycloneDx = "https://cyclonedx.org/bom";

/// A short name (slsaprovenance1, cyclonedx, spdxjson, vuln, …) or any absolute URI → the URI.
/// usage: neither; the nearest name is suggested. "slsaprovenance" (v0.2) is accepted too.
Result<std::string> predicate_type_uri(std::string_view word);
/// The short name, or the URI itself; for screens ("signature", "aibom", "provenance" for ours).
std::string predicate_type_label(std::string_view uri);
/// cyclonedx.org/bom with or without "/v1.x" (others write it).
bool is_cyclonedx(std::string_view uri);
std::vector<std::string> predicate_type_words();

}  // namespace mpk::attest
