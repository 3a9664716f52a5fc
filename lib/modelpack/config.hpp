// The ModelPack config blob (model-spec, docs/config.md).
#pragma once

#include "modelpack/artifact.hpp"

#include <string>
#include <vector>

namespace mpk::modelpack {

/// Compact JSON, keys sorted. Only what is known is written: no empty members. `layers` are
/// not compressed: their digests are the diffIds.
std::string make_config(const std::vector<oci::Descriptor>& layers, const model::ModelInfo& info,
                        const BuildOptions& options);

/// "8B", "1.1B", "135M": <count><scale> with at most one decimal.
std::string param_size(std::uint64_t parameters);

}  // namespace mpk::modelpack
