// rename_unless_exists: by link(2) on file systems that can't do it in one step.
#include "base/rename.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace mpk {

int rename_unless_exists(int from_directory, const char* from, int to_directory, const char* to) {
  if (::renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE) == 0) return 0;
  // EINVAL, ENOSYS: the file system (NFS, some FUSE) has no RENAME_NOREPLACE; link(2) does not
  // replace either.
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::linkat(from_directory, from, to_directory, to, 0) != 0) return errno;
  static_cast<void>(::unlinkat(from_directory, from, 0));
  return 0;
}

}  // namespace mpk
