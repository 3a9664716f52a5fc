// Names of files that are being written: one rule for who makes them and who clears them away.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace mpk {

/// ".mpk-tmp-" and six random letters or digits.
Result<std::string> temporary_file_name();
/// Whether `name` has exactly that form.
bool is_temporary_file_name(std::string_view name);

/// ".mpk-part-" and the key, which must be 16 lower-case hexadecimal digits: usage otherwise.
Result<std::string> part_file_name(std::string_view key);
/// Whether `name` has exactly that form.
bool is_part_file_name(std::string_view name);

}  // namespace mpk
