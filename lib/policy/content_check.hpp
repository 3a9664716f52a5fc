// What a rule says of the files in an artifact, and of a scan of them.
#pragma once

#include "json/value.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {

struct LayerFormat {
  std::string path;
  std::string format;  // of weights, as model/format.hpp names it; empty: no weights
};

/// content.formats (exit code 23): every format of weights is allowed, and none is denied; one that
/// is denied is told first.
Check check_formats(const ContentRule& rule, const std::vector<LayerFormat>& layers);

/// The ResourceDescriptor of a test-result's configuration that says that mpk's scan made it.
inline constexpr std::string_view kScanName = "mpk scan";

/// content.scan (23): the predicate (in-toto test-result v0.1) says PASSED, or WARNED where that
/// will do, and its configuration names mpk's scan. The gravest code is told. Total: any JSON
/// value.
Check check_scan(const ContentRule& rule, const Json& predicate);

}  // namespace mpk::policy
