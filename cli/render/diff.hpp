// The comparison of two artifacts as text and as JSON.
#pragma once

#include "flow/diff.hpp"
#include "json/value.hpp"

#include <string>

namespace mpk::cli {

/// Escaped for a terminal. `all`: however many tensors there are; else the first of each file.
std::string diff_text(const flow::Diff& diff, bool all);
/// As mpk-diff(1) documents it.
Json diff_json(const flow::Diff& diff);

/// {"dtype", "shape", "bytes"} of a tensor, bytes null when they are not known.
Json tensor_json(const model::Tensor& tensor);

}  // namespace mpk::cli
