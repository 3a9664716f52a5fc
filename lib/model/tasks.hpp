// Tasks: what a model of one takes and gives, and what a class of transformers is for.
#pragma once

#include "model/info.hpp"

#include <string_view>

namespace mpk::model {

/// The Hub's task of a class with one head: "LlamaForCausalLM" → "text-generation". Empty: unknown,
/// or a class of several tasks ("…ForConditionalGeneration").
std::string_view usual_task(std::string_view architecture);

/// Inputs and outputs of the card's task, else of the class's usual one.
void add_task_types(ModelInfo& info);

}  // namespace mpk::model
