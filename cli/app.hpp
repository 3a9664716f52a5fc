// app: from argv to a command, its help, or a usage error.
#pragma once

#include "base/parallel.hpp"

#include <string>
#include <vector>

namespace mpk::cli {

/// Everything that main does after signals: prints errors, returns the exit code.
int run_app(const std::vector<std::string>& arguments, const CancelToken& cancel);

}  // namespace mpk::cli
