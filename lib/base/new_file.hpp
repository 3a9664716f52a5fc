// How a new file comes to be, and how it gets its name when it is complete.
#pragma once

#include "base/directory.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

#include <string>

namespace mpk {

struct NewFile {
  Fd fd;
  std::string name;
};
/// An empty file under a temporary name, for reading and writing, mode 0600, locked (flock).
Result<NewFile> create_new_file(const Directory& directory);

/// fchmod (`mode` less the umask; a file system without modes keeps its own), fsync and rename; the
/// caller syncs the directory. `fd` is the file that `from` names. exists: without `replace`, and
/// something is there, which stays; `from` stays, too, after any error.
Result<void> give_name(int fd, const Place& from, const Place& to, unsigned mode, bool replace);

}  // namespace mpk
