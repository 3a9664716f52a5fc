// Licence expressions all of whose parts SPDX lists. Internal to aibom/.
#pragma once

#include <string_view>

namespace mpk::aibom {

/// "MIT OR Apache-2.0": well formed (SPDX 3.0.1, annex "SPDX license expressions"), licences and
/// exceptions on the list, LicenseRef-… and AdditionRef-… of any name.
bool is_spdx_expression(std::string_view text);

}  // namespace mpk::aibom
