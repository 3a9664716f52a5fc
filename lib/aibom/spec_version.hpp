// Versions of CycloneDX that are written and validated.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace mpk::aibom {

enum class SpecVersion { v1_6, v1_7 };

inline constexpr std::array kSpecVersions = {SpecVersion::v1_6, SpecVersion::v1_7};

/// "1.6": the value of specVersion.
constexpr std::string_view to_string(SpecVersion version) {
  return version == SpecVersion::v1_7 ? "1.7" : "1.6";
}

constexpr std::optional<SpecVersion> parse_spec_version(std::string_view text) {
  for (const auto version : kSpecVersions) {
    if (to_string(version) == text) return version;
  }
  return std::nullopt;
}

/// What a refusal of another one says.
inline constexpr std::string_view kSpecVersionsHint = "1.6 and 1.7 are";

}  // namespace mpk::aibom
