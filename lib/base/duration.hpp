// Durations as people write them in files and flags.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace mpk {

/// "90d", "12h", "30m", "45s": one number above 0 and one unit; the seconds. malformed: another
/// form, nothing, or more than 100 years (36525 days).
Result<std::uint64_t> parse_duration(std::string_view text);

/// As Go writes a Duration, and so the API server a webhook's deadline: "10s", "1m30s", "500ms",
/// "2.5s". malformed: another form, nothing, or more than an hour.
Result<std::chrono::milliseconds> parse_timeout(std::string_view text);

}  // namespace mpk
