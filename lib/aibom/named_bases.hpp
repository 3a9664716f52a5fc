// named_bases: the base models that a CycloneDX document names.
#pragma once

#include "json/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::aibom {

struct NamedBase {
  std::string name;
  std::string purl;
  /// HOST/REPO@DIGEST, where the purl says so; not yet proven to be a reference.
  std::optional<std::string> reference;
};

/// The pedigree's ancestors of the component that the document is about, in its order; what they
/// descend from in turn is their own documents' business. From any JSON value.
std::vector<NamedBase> named_bases(const Json& bom);

}  // namespace mpk::aibom
