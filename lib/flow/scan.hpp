// scan: unsafe content in a file, a directory, or an artifact.
#pragma once

#include "base/digest.hpp"
#include "flow/context.hpp"
#include "json/value.hpp"
#include "oci/reference.hpp"
#include "scan/scan.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>

namespace mpk::flow {

using ScanTarget = std::variant<std::filesystem::path, oci::Reference>;

struct ScanOutcome {
  scan::Report report;
  std::optional<oci::Descriptor> manifest;  // of an artifact
};

/// Of a directory what belongs to the model (base/walk.hpp), the rest is listed as ignored. Layers
/// are fetched one after the other into a temporary directory, proven, and scanned there. usage: no
/// such file or directory; errors of the store as they are.
Result<ScanOutcome> scan(const Context& context, const ScanTarget& target);

/// The predicate (attest::kTestResult) that says that an artifact was scanned and is clean: no
/// finding reaches `fail_on` (the caller has seen to that); rules with findings below it are
/// warnings.
Json scan_predicate(const scan::Report& report, scan::Severity fail_on,
                    const std::string& mpk_version);

}  // namespace mpk::flow
