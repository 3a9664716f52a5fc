// agree: does an aiBOM describe these very layers?
#pragma once

#include "base/digest.hpp"
#include "json/value.hpp"
#include "modelpack/artifact.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace mpk::aibom {

struct Disagreement {
  std::string path;
  std::string message;  // "no component", "SHA-256 differs", "not in the artifact"
  std::string expected, found;
};

struct Agreement {
  std::size_t files = 0, matching = 0;
  std::vector<Disagreement> disagreements;
};

/// Each layer must be one file component (by name = path) with its SHA-256; each file component
/// that carries a hash must be a layer; a manifest digest that the document names must be
/// `manifest`.
Agreement compare_with_layers(const Json& bom, const std::vector<modelpack::LayerFile>& layers,
                              const Digest& manifest);

struct Summary {  // for `aibom show` and verdict facts; from any CycloneDX document
  std::string name, version, spec_version, serial_number;
  std::string architecture, family, task, quantization, parameters, context_length;
  std::vector<std::string> licenses, base_models, datasets;
  std::size_t files = 0;
  std::vector<std::string> findings;
};
Summary summarize(const Json& bom);

}  // namespace mpk::aibom
