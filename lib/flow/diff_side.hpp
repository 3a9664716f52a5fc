// Side: one of the two that diff compares, and what is known of it so far.
#pragma once

#include "base/digest.hpp"
#include "flow/context.hpp"
#include "flow/diff.hpp"
#include "model/head.hpp"
#include "modelpack/artifact.hpp"
#include "modelpack/file_diff.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

struct Side {
  DiffSide shown;
  oci::Annotations annotations;
  Json config;                          // the ModelPack config; null: there is none
  std::optional<Digest> config_digest;  // none of a directory
  std::unique_ptr<oci::Store> store;    // null: a directory
  std::vector<modelpack::LayerFile> layers;
  std::vector<modelpack::FileEntry>
      files;  // raw layers at first, archived files once they are read
  std::map<std::string, model::FileHead> heads;            // by path; of a directory all of them
  std::map<std::string, std::vector<std::string>> sealed;  // paths of heads, by the archive
};

/// Manifest and config, or the directory, read and hashed.
Result<Side> open_side(const Context& context, const DiffTarget& target);

/// The same bytes in the same place, as the same thing.
bool same_layer(const modelpack::LayerFile& a, const modelpack::LayerFile& b);

/// Reads the heads of these layers of `side`, and the files of those that are archives.
Result<void> read_layers(const Context& context, Side& side,
                         const std::vector<modelpack::LayerFile>& layers,
                         std::vector<std::string>& notes);

}  // namespace mpk::flow
