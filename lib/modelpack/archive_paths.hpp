// Where the entries of an archive belong that carries a path of its own.
#pragma once

#include "base/result.hpp"

#include <string>
#include <vector>

namespace mpk::modelpack {

/// `entries` are the files' safe paths in the archive of a layer with the path `layer` ("." for
/// none); the answer has theirs below the target, in the same order. The specification does not say
/// how the two go together (docs/annotations.md), and writers differ: entries that repeat the path
/// (modctl, kit) stay as they are, entries relative to the path's folder (kit before 1.0, modctl's
/// single files) or to the path itself are put there. malformed: some are at or below the path and
/// some not, so that two readers would extract two things; a path that gets too long.
Result<std::vector<std::string>> archive_paths(const std::string& layer,
                                               const std::vector<std::string>& entries);

/// Whether an entry may end up as `wanted`, whichever of these ways its archive turns out to go.
bool may_become(const std::string& layer, const std::string& entry, const std::string& wanted);

}  // namespace mpk::modelpack
