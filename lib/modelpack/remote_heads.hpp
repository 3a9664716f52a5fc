// fetch_head: of a raw layer only the bytes that its format's header needs, by few ranges.
#pragma once

#include "base/parallel.hpp"
#include "base/result.hpp"
#include "model/head.hpp"
#include "modelpack/artifact.hpp"
#include "oci/store.hpp"

#include <cstdint>

namespace mpk::modelpack {

/// The first range of a safetensors file: the headers of most shards are shorter. Files up to this
/// size, and documents up to kWholeDocument, are fetched whole and proven by that.
inline constexpr std::uint64_t kFirstRange = 128U << 10;
/// Larger documents than this, tokenizers mostly, are not fetched.
inline constexpr std::uint64_t kWholeDocument = 8U << 20;
/// The first range of a GGUF file, whose vocabulary has megabytes; the next one ends four times as
/// far, and so on.
inline constexpr std::uint64_t kFirstGgufRange = 512U << 10;
/// An ONNX model has no header that its weights stand behind: it is fetched whole when it is so
/// small (a graph whose weights are in other files), else not at all.
inline constexpr std::uint64_t kWholeOnnx = 4U << 20;

/// What model::HeadTap keeps of the file. What comes by ranges is *not* proven against the digest:
/// nobody can without fetching everything. One request where the first guess is enough, else two;
/// GGUF some more. A host without ranges sends from the start and is cut off. Errors of
/// oci::Store::fetch_range and fetch_blob. A header that is malformed or over its limit is no
/// error here: its reader says so.
Result<model::FileHead> fetch_head(oci::Store& store, const LayerFile& layer,
                                   const CancelToken& cancel);

}  // namespace mpk::modelpack
