// Where the bundles of signed files go: beside the file, or where --bundle says.
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>

namespace mpk::cli {

/// The name that cosign's and sigstore-python's users know: FILE.sigstore.json.
std::string default_bundle_path(const std::string& file);

/// usage: see check_output; the bundle would replace the file itself. exists: there is a file
/// already, and `overwrite` is not given.
Result<void> check_bundle_file(const std::string& bundle, const std::string& file, bool overwrite);
/// Whole or not at all; a file that has come into its place since is kept (exists) unless
/// `overwrite`. A device or pipe is written as it is.
Result<void> write_bundle_file(const std::string& bundle, const std::string& text, bool overwrite);

}  // namespace mpk::cli
