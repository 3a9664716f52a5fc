// archive_paths: one rule for all entries of a layer.
#include "modelpack/archive_paths.hpp"

#include "base/directory.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <string_view>

namespace mpk::modelpack {
namespace {

bool at_or_below(std::string_view path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path.substr(folder.size()).front() == '/');
}

/// "a/b/" of "a/b/c"; empty at the top.
std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

}  // namespace

Result<std::vector<std::string>> archive_paths(const std::string& layer,
                                               const std::vector<std::string>& entries) {
  if (layer == ".") return entries;
  const auto below = [&](const std::string& prefix) {
    return std::ranges::count_if(
        entries, [&](const std::string& entry) { return at_or_below(prefix + entry, layer); });
  };
  const auto all = static_cast<std::ptrdiff_t>(entries.size());
  const auto repeated = below("");
  if (repeated == all) return entries;
  if (repeated > 0) {
    const auto outside = std::ranges::find_if_not(
        entries, [&](const std::string& entry) { return at_or_below(entry, layer); });
    return Error(ErrorKind::malformed, "entry " + printable(*outside, 120) + " is outside of " +
                                           printable(layer, 120) + ", others are inside");
  }
  const std::string prefix = below(folder_of(layer)) == all ? folder_of(layer) : layer + "/";
  std::vector<std::string> out;
  for (const auto& entry : entries) out.push_back(TRY(safe_relative_path(prefix + entry)));
  return out;
}

bool may_become(const std::string& layer, const std::string& entry, const std::string& wanted) {
  return entry == wanted || folder_of(layer) + entry == wanted || layer + "/" + entry == wanted;
}

}  // namespace mpk::modelpack
