// A secret typed on the terminal, without echo.
#pragma once

#include "base/parallel.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace mpk::cli {

/// One line of standard input, which must be a terminal; the prompt goes to standard error. The
/// terminal is as it was afterwards. cancelled: Ctrl-C, or the end of the input.
Result<std::string> ask_without_echo(std::string_view prompt, const CancelToken& cancel);

}  // namespace mpk::cli
