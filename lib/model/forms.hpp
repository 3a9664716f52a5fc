// What the readers of training and evaluation files share: their schemas, and how members are
// taken.
#pragma once

#include "json/lookup.hpp"
#include "json/value.hpp"
#include "model/declared.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

/// The JSON Schemas that decide (schemas/aibom/training.schema.json, evaluation.schema.json).
std::string_view training_schema();
std::string_view evaluation_schema();

// Of a value that its schema accepted; a member that is absent says nothing.

/// A string without outer white space, or a number as JSON writes it; empty for the rest.
std::string said(const Json& object, std::string_view key);
std::vector<std::string> said_list(const Json& object, std::string_view key);
Party said_party(const Json& party);

/// "a/b/run.yaml" → "run.yaml": where a file lay says nothing about the model.
std::string source_name(std::string_view file);

/// The whole text as a decimal number, in no locale; nullopt: it is none.
std::optional<double> decimal(std::string_view text);
/// `value` × 10^`exponent` as decimal arithmetic has it: 12.5 g are 0.0000125 t, rounded once.
double scaled(double value, int exponent);

}  // namespace mpk::model
