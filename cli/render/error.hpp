// An error on the screen: what went wrong, and what to do.
#pragma once

#include "base/error.hpp"

#include <string>

namespace mpk::cli {

/// "error: …" and, where there is one, "hint: …", each a line. The whole chain of contexts comes
/// with `verbose`, else only its last link.
std::string error_text(const Error& error, bool verbose);

}  // namespace mpk::cli
