// overlay: aibom.yaml, what no file of a model tells, merged into its document as declared.
#pragma once

#include "aibom/build.hpp"
#include "base/result.hpp"
#include "json/value.hpp"
#include "model/info.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

inline constexpr std::string_view kOverlayName = "aibom.yaml";

/// The JSON Schema that decides (schemas/aibom/overlay.schema.json).
std::string_view overlay_schema();

struct Overlay {
  Json value;  // valid against the schema; placeholders are still in it
};

/// usage, with file:line:column: no YAML, a key or a value that the schema refuses.
Result<Overlay> parse_overlay(std::string_view text, std::string_view file);

struct Merged {
  Json bom;
  std::vector<model::Finding> findings;  // the overlay against what was read from the bytes
};

/// build_aibom(), with what the overlay says: tier declared, source aibom.yaml. Placeholders are
/// left out. A verified value stays, and another one in the overlay is a finding
/// ("overlay-contradicts"); a declared or inferred one gives way.
Result<Merged> build_aibom(const BuildInput& input, const Overlay& overlay);

}  // namespace mpk::aibom
