// Where -o and --dir point: judged before the work begins, as a usage error.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace mpk::cli {

/// usage: a directory, a file in a directory that is missing or not writable.
Result<void> check_output(const std::string& path);
/// usage: something that is no directory (there, or in the way), one that is not writable.
Result<void> check_output_directory(const std::string& path);
/// Atomic; a device, pipe or other special file is written as it is.
Result<void> write_output(const std::string& path, std::string_view text);

}  // namespace mpk::cli
