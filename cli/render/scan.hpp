// A scan's findings as text: worst first, and what to do.
#pragma once

#include "scan/scan.hpp"

#include <string>

namespace mpk::cli {

/// Safe for a terminal. `fail_on`: what the last line judges by; `all`: findings of level info, and
/// every file, too.
std::string scan_text(const scan::Report& report, scan::Severity fail_on, bool all);
/// The last line alone.
std::string scan_summary(const scan::Report& report, scan::Severity fail_on);

}  // namespace mpk::cli
