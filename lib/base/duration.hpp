// Durations as people write them in files and flags.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string_view>

namespace mpk {

/// "90d", "12h", "30m", "45s": one number above 0 and one unit; the seconds. malformed: another
/// form, nothing, or more than 100 years (36525 days).
Result<std::uint64_t> parse_duration(std::string_view text);

}  // namespace mpk
