// Words and numbers in the forms that SPDX wants. Internal to aibom/.
#pragma once

#include "json/value.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace mpk::aibom::spdx {

/// One more line of a text, unless what it says (`value`) is nothing.
void add_line(Json& element, std::string_view key, const std::string& line,
              const std::string& value);
/// Core/PresenceType: "yes", "no", "noAssertion"; "" for other words.
std::string presence(std::string_view words);
/// AI/SafetyRiskAssessmentType: "serious", "high", "medium", "low"; "" for other words.
std::string risk(std::string_view words);
/// "accuracy >= 0.8" and "accuracy: 0.8" → name and value; a value alone has no name.
std::pair<std::string, std::string> named_value(const std::string& words);
/// A number as xsd:decimal, which has no exponent; "" when it is none or too large for it.
std::string decimal(const Json& number);

}  // namespace mpk::aibom::spdx
