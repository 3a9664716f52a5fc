// scan: unsafe content in a file, a directory, or an artifact.
#pragma once

#include "base/digest.hpp"
#include "flow/context.hpp"
#include "oci/reference.hpp"
#include "scan/scan.hpp"

#include <filesystem>
#include <optional>
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

}  // namespace mpk::flow
