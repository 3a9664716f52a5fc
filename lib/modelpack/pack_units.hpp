// Units of packing: which files make which blob. Internal to modelpack/.
#pragma once

#include "base/result.hpp"
#include "model/info.hpp"
#include "model/inspect.hpp"
#include "modelpack/pack.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace mpk::modelpack {

/// One blob: a file, or an archive of files.
struct PackUnit {
  std::optional<model::Kind> archive;  // of this kind; none: the one file as it is
  std::vector<std::size_t> files;      // of the plan, ascending
};

/// The files as far as names and sizes tell, in their order; kind and digest stand for any.
std::vector<ModelFile> unread_files(const std::vector<WalkFile>& files);

/// What the Modelfile says, or else what the head shows.
model::Kind kind_of(const PackPlan& plan, const model::FileHead& head);

/// Each file of the plan is in one unit; archives come first, for each is made by one thread. With
/// plan.archives the heads of all files are read, by `workers` threads. too_large as pack_into().
Result<std::vector<PackUnit>> pack_units(const PackPlan& plan, const PackOptions& options,
                                         std::size_t workers);

}  // namespace mpk::modelpack
