// The aiBOM of a base model: what it says about the ancestor of the model that is described.
#pragma once

#include "base/result.hpp"
#include "model/info.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

struct BaseBom {
  std::string name;    // "group/name", or the name
  std::string digest;  // of the manifest, "sha256:…"; may be empty
  std::string link;    // BOM-Link, "urn:cdx:…/1"; may be empty
  std::string file_digest;
  std::vector<model::License> licenses;
  std::string source;  // the file's name
};

/// usage: no JSON, not CycloneDX, no machine-learning model with a name.
Result<BaseBom> parse_base_bom(std::string_view text, std::string_view file);

/// To the base model of the same digest, else of the same name; without any base model, a new one.
/// One that is of none of them, or that names another licence, is a finding
/// (base-aibom-contradicts).
void add_base_bom(const BaseBom& bom, model::ModelInfo& info);

}  // namespace mpk::aibom
