// Licence expressions all of whose parts SPDX lists.
#pragma once

#include "base/result.hpp"

#include <functional>
#include <string_view>

namespace mpk::aibom {

/// "MIT OR Apache-2.0": well formed (SPDX 3.0.1, annex "SPDX license expressions"), licences and
/// exceptions on the list, LicenseRef-… and AdditionRef-… of any name.
bool is_spdx_expression(std::string_view text);

/// What an expression is worth where `worth` says it of each licence and exception, as written: of
/// alternatives (OR) the most, of what holds together (AND, WITH) the least. Whether they are
/// listed is not looked at. malformed: no expression.
Result<int> worth_of_expression(std::string_view text,
                                const std::function<int(std::string_view)>& worth);

}  // namespace mpk::aibom
