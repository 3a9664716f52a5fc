// Weights whose tensors are not listed: Keras, TensorFlow and others, by what they say of
// themselves.
#pragma once

#include "model/weights.hpp"

#include <string_view>

namespace mpk::model {

/// Whether it holds weights in one of these formats; arrays in a directory of data are none.
bool is_other_weights(const FileHead& head);

/// Notes each such file in `weights.others`; a Lambda layer, and a file that can't be read, become
/// findings.
void note_other_weights(const FileHead& head, Weights& weights, ModelInfo& info);

/// Of a model that has weights of no better known format: its format, and what its description
/// says. Nothing happens when info.format is set.
void describe_other_weights(const Heads& heads, const Weights& weights, ModelInfo& info);

}  // namespace mpk::model
