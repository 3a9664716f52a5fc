// Names that are two in an artifact and one on a file system that folds case.
#pragma once

#include "base/directory.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpk::modelpack {

/// Two paths that would claim one place: "a/B" and "a/b", or a file and a folder, "a" and "A/b".
/// Each code point is folded by itself (towupper, then towlower, in C.UTF-8); what such a file
/// system may also take for one (composed and decomposed "é", "ß" and "ss") is not found here.
/// `paths` are valid UTF-8.
std::optional<std::pair<std::string, std::string>> case_collision(
    const std::vector<std::string>& paths);

/// Whether `directory` takes upper and lower case for one; tried with a temporary file. io.
Result<bool> folds_case(const Directory& directory);

}  // namespace mpk::modelpack
