// A report as documents: mpk's own JSON (docs/scan.md) and SARIF 2.1.0.
#pragma once

#include "json/value.hpp"
#include "scan/finding.hpp"
#include "scan/scan.hpp"

#include <string>

namespace mpk::scan {

/// Without "kind" and "target", which are the caller's.
Json report_json(const Report& report, Severity fail_on);

/// One run; every rule is listed, every finding is a result. `version`: of mpk.
Json sarif_json(const Report& report, const std::string& version);

/// "model.pt!archive/data.pkl": a file and what is in it.
std::string place_of(const Finding& finding);

}  // namespace mpk::scan
