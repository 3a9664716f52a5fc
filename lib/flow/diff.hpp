// diff: two artifacts, or an artifact and a directory, by file, by tensor and by fact.
#pragma once

#include "flow/context.hpp"
#include "json/changes.hpp"
#include "model/tensor_diff.hpp"
#include "modelpack/file_diff.hpp"
#include "oci/reference.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mpk::flow {

using DiffTarget = std::variant<oci::Reference, std::filesystem::path>;

struct DiffSide {
  std::string name;                           // the reference or the directory
  std::optional<oci::Descriptor> descriptor;  // of the manifest; none of a directory
  std::string artifact_type;
};

struct Diff {
  DiffSide before, after;
  modelpack::FileDiff files;
  std::vector<model::WeightsDiff> weights;  // of weight files that differ
  std::vector<model::TextChange> facts;     // as far as files that differ tell them
  std::vector<json::Change> config;         // "/descriptor" and "/config" of two ModelPack configs
  std::vector<model::TextChange> annotations;  // of the manifests
  /// What else differs in them: "artifact type", "config" and "layer PATH: KEY" (annotations of
  /// equal layers); "digest" where nothing else tells why two manifests are not one.
  std::vector<model::TextChange> manifest;
  std::vector<std::string> notes;  // what could not be compared, and why

  /// Facts and tensors differ only where files do.
  bool differ() const {
    return !files.changes.empty() || !config.empty() || !annotations.empty() || !manifest.empty();
  }
};

/// Of weights only headers are fetched, by ranges (modelpack/remote_heads.hpp), and only of files
/// whose digest is not on both sides; archives as modelpack/archive_heads.hpp says. Equal manifests
/// cost no further request. A directory is read and hashed as by pack, always (no digest cache).
/// Errors as of resolve(), layer_files() and plan_pack(); content that can't be read is a note.
Result<Diff> diff(const Context& context, const DiffTarget& before, const DiffTarget& after);

}  // namespace mpk::flow
