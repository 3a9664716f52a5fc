// FileWatch: device, inode, size and time of change of each file and its directory.
#include "admit/file_watch.hpp"

#include <sys/stat.h>

#include <utility>

namespace mpk::admit {

FileWatch::FileWatch(std::vector<std::filesystem::path> files) : files_(std::move(files)) {
  seen_ = look();
}

bool FileWatch::changed() {
  auto now = look();
  return std::exchange(seen_, now) != now;
}

FileWatch::Stamps FileWatch::look() const {
  Stamps out;
  const auto add = [&](const std::filesystem::path& path) {
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0) return;  // one that is gone has no stamp
    out[path] = {found.st_dev, found.st_ino, found.st_size,
                 found.st_ctim.tv_sec * 1'000'000'000 + found.st_ctim.tv_nsec};
  };
  for (const auto& file : files_) {
    add(file);
    add(file.has_parent_path() ? file.parent_path() : ".");
  }
  return out;
}

}  // namespace mpk::admit
