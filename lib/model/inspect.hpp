// inspect: all heads of a model's files → ModelInfo, contradictions included. Pure.
#pragma once

#include "model/head.hpp"
#include "model/info.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

/// ModelPack's five kinds of layer.
enum class Kind { config, weight, code, dataset, doc };
std::string_view to_string(Kind kind);

/// Content first (weights by their format), then name and extension; unknown and large (over 128
/// MB) is a weight, unknown and small is code when it looks like a program, else doc.
Kind classify(const FileHead& head);

/// Deterministic: the order of `heads` does not matter. Contradictions (card against headers,
/// config against tensors, index against shards, licence against LICENSE text, a missing shard) and
/// files that could not be parsed become findings.
ModelInfo inspect(const std::vector<FileHead>& heads);

}  // namespace mpk::model
