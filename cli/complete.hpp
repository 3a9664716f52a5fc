// complete: words for bash, zsh and fish; the scripts call `mpk __complete`.
#pragma once

#include "base/result.hpp"

#include <string>
#include <vector>

namespace mpk::cli {

/// The script for one shell. usage: another shell.
Result<std::string> completion_script(const std::string& shell);
/// Candidates for the last word of `words` (without "mpk"), one "word\tdescription" a line; the
/// line
/// ":file" or ":directory" asks the shell for names.
std::string complete(const std::vector<std::string>& words);

}  // namespace mpk::cli
