// agree: does an aiBOM describe these very layers?
#pragma once

#include "base/digest.hpp"
#include "json/value.hpp"
#include "modelpack/artifact.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

struct Disagreement {
  std::string path;
  std::string message;  // "no component", "SHA-256 differs", "not in the artifact"
  std::string expected, found;
};

struct Agreement {
  std::size_t files = 0, matching = 0;
  std::size_t unread = 0;  // archives that match, but whose files were not compared
  /// By algorithm, how many components have a digest that nothing was compared with. Those of files
  /// in archives that were not read are not among them.
  std::map<std::string, std::size_t> uncompared;
  std::vector<Disagreement> disagreements;
};

/// The files of archives that were read, by the index of the layer.
using ArchiveFiles = std::map<std::size_t, std::vector<modelpack::LayerFile>>;

/// Each layer must be one file component (by name = path) with its SHA-256; its SHA-512, if it has
/// one, is compared where LayerFile::sha512 is known. An archive may be, by
/// that digest, a component with the media type of an archive, and below it one component for each
/// of its files; they are compared with `archives` where it has the layer. Each other file
/// component that carries a hash must be a layer; a manifest digest that the document names must be
/// `manifest`, or the SHA-512 of `manifest_bytes` where they are known.
Agreement compare_with_layers(const Json& bom, const std::vector<modelpack::LayerFile>& layers,
                              const Digest& manifest, const ArchiveFiles& archives = {},
                              std::string_view manifest_bytes = {});

/// Whether a file or archive that the document describes has a SHA-512.
bool names_sha512(const Json& bom);

struct Summary {  // for `aibom show` and verdict facts; from any CycloneDX document
  std::string name, version, spec_version, serial_number;
  std::string architecture, family, task, quantization, parameters, context_length;
  std::vector<std::string> licenses, base_models, datasets;
  std::size_t files = 0;
  std::vector<std::string> findings;
  std::string training;                  // "run-17 · 2026-03-14T07:00:00Z to …"
  std::vector<std::string> evaluations;  // "accuracy 0.93 (dataset=…;split=test)"
};
Summary summarize(const Json& bom);

}  // namespace mpk::aibom
