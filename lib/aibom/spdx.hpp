// spdx: a CycloneDX document → SPDX 3.0.1 in JSON-LD; deterministic. docs/spdx.md has the mapping.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mpk::aibom {

struct SpdxInput {
  /// Of the SPDX elements; none: the document's metadata.timestamp, and without that `otherwise`.
  std::optional<Timestamp> created, otherwise;
  std::string mpk_version;
};

/// A part of the CycloneDX document that no class or property of SPDX stands for.
struct Unmapped {
  std::string pointer;  // JSON Pointer into the CycloneDX document
  bool kept = true;     // word for word in an Annotation; false: left out (signatures)
};

/// What a profile asks for and the CycloneDX document does not say.
struct ProfileGap {
  std::string profile;  // "ai", "dataset"
  std::string element;  // name of the package
  std::vector<std::string> missing;
};

struct SpdxOutcome {
  Json document;
  std::size_t elements = 0;
  std::vector<Unmapped> unmapped;
  std::vector<ProfileGap> gaps;
};

/// malformed: not valid CycloneDX (the first violation is named); unsupported: a version that
/// validate_aibom() doesn't know; usage: no date anywhere, which SPDX can't be without. What is
/// returned has passed check_spdx() (otherwise internal).
Result<SpdxOutcome> to_spdx(const Json& bom, const SpdxInput& input);

}  // namespace mpk::aibom
