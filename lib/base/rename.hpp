// A rename that does not replace.
#pragma once

namespace mpk {

/// renameat2(2) with RENAME_NOREPLACE, also where the file system has none. Gives 0 or errno;
/// EEXIST: something has the name `to`.
int rename_unless_exists(int from_directory, const char* from, int to_directory, const char* to);

}  // namespace mpk
