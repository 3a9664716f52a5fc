// The archives among an artifact's layers: proven in a staging directory, then given their names.
#pragma once

#include "base/directory.hpp"
#include "modelpack/archive_layer.hpp"
#include "modelpack/unpack.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mpk::modelpack {

class StagedArchives {
 public:
  /// Reads those of `layers` that are archives. Nothing but the staging directory is written.
  /// Without an archive nothing happens at all. too_large: limits::kArchiveEntries together.
  static Result<StagedArchives> read(oci::Store& store, const Directory& root,
                                     const std::vector<LayerFile>& layers,
                                     const UnpackOptions& options);

  /// What the archives hold, as raw layers would be listed.
  const std::vector<LayerFile>& files() const { return files_; }
  std::vector<std::string> take_warnings() { return std::move(warnings_); }

  /// Gives those of files() that are in `missing` (a part of them, in their order) their names.
  /// Adds what was written. exists: a differing file came meanwhile; mismatch: something is in the
  /// way.
  Result<void> place(const Directory& root, const std::vector<LayerFile>& missing,
                     const UnpackOptions& options, UnpackOutcome& outcome) const;

 private:
  Result<bool> place_one(const Directory& target, const std::string& name,
                         const std::string& staged, bool replace) const;

  std::optional<StagingDirectory> staging_;
  std::vector<LayerFile> files_;
  std::vector<std::string> names_;  // staged, beside files_
  std::vector<std::string> warnings_;
};

}  // namespace mpk::modelpack
