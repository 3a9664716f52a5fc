// SPDX licence expressions: "MIT OR Apache-2.0" taken apart (SPDX 3.0.1, annex "SPDX license
// expressions").
#pragma once

#include "base/result.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

struct LicenseExpression {
  std::vector<std::string> licenses;    // ids as written, without "+"
  std::vector<std::string> additions;   // what follows WITH
  std::vector<std::string> references;  // LicenseRef-…, DocumentRef-…:LicenseRef-…, AdditionRef-…
};

/// Operators in capitals or all lower case, as the annex says; parentheses may nest 64 deep.
/// Whether an id is on a list is not looked at. malformed: anything else.
Result<LicenseExpression> parse_license_expression(std::string_view text);

/// What an expression is worth where `worth` says it of each licence and addition, as written: of
/// alternatives (OR) the most, of what holds together (AND, WITH) the least. malformed: as above.
Result<int> worth_of_license_expression(std::string_view text,
                                        const std::function<int(std::string_view)>& worth);

}  // namespace mpk::model
