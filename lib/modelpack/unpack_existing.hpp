// What is already where a layer goes.
#pragma once

#include "base/directory.hpp"
#include "modelpack/artifact.hpp"
#include "modelpack/unpack.hpp"

namespace mpk::modelpack {

enum class Existing { none, identical, different };

/// A file of the layer's size is hashed, with progress, statistics and `stop` looked at between two
/// pieces. mismatch: a link, a folder or a special file has the name, or a link or a file is where
/// a folder must be; cancelled; io.
Result<Existing> look_at_existing(const Directory& root, const LayerFile& layer,
                                  const UnpackOptions& options, const CancelToken& stop);

}  // namespace mpk::modelpack
