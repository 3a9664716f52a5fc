// FileWatch: whether files may have changed since they were last looked at.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <tuple>
#include <vector>

namespace mpk::admit {

/// By what the file system says of each file and of the directory that it is named in: replaced,
/// rewritten, or behind another link, as Kubernetes changes what it mounts. Not thread-safe.
class FileWatch {
 public:
  /// Looks at them for the first time.
  explicit FileWatch(std::vector<std::filesystem::path> files);
  /// Since the last call, or since it was made.
  bool changed();

 private:
  using Stamp = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>;
  using Stamps = std::map<std::filesystem::path, Stamp>;
  Stamps look() const;

  std::vector<std::filesystem::path> files_;
  Stamps seen_;
};

}  // namespace mpk::admit
