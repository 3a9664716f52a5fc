// file_diff: by path first; what is left over by digest.
#include "modelpack/file_diff.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

namespace mpk::modelpack {
namespace {

using Content = FileChange::Content;
using ByPath = std::map<std::string_view, const FileEntry*>;

ByPath by_path(const std::vector<FileEntry>& files) {
  ByPath out;
  for (const auto& file : files) out.emplace(file.path, &file);
  return out;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

Content compare_content(const FileEntry& before, const FileEntry& after) {
  if (before.digest == after.digest && before.sealed == after.sealed) return Content::same;
  // An archive's digest says nothing of the files in it: another date makes another one.
  if (before.sealed || after.sealed) return Content::unknown;
  if (before.size != after.size) return Content::differs;
  return before.digest.algorithm() == after.digest.algorithm() ? Content::differs
                                                               : Content::unknown;
}

FileChange compare(const FileEntry& before, const FileEntry& after) {
  return {.before = before,
          .after = after,
          .content = compare_content(before, after),
          .mode = before.mode != after.mode,
          .kind = before.kind != after.kind};
}

/// Takes from both sides the pairs that `key` gives the same value, in the order of their paths.
template <class Key>
void pair_equal(ByPath& before, ByPath& after, FileDiff& out, Key key) {
  std::multimap<decltype(key(*before.begin()->second)), std::string_view> found;
  for (const auto& [path, file] : after) found.emplace(key(*file), path);
  for (auto each = before.begin(); each != before.end();) {
    const auto other = found.find(key(*each->second));
    if (each->second->sealed || other == found.end() || after.at(other->second)->sealed) {
      ++each;
      continue;
    }
    out.changes.push_back(compare(*each->second, *after.at(other->second)));
    after.erase(other->second);
    found.erase(other);
    each = before.erase(each);
  }
}

}  // namespace

std::string_view FileChange::word() const {
  if (!after) return "removed";
  if (!before) return "added";
  if (renamed()) return "renamed";
  if (content == Content::differs) return "changed";
  if (content == Content::unknown) return "unknown";
  return mode ? "mode" : "kind";
}

FileDiff compare_files(const std::vector<FileEntry>& before, const std::vector<FileEntry>& after) {
  FileDiff out;
  auto old = by_path(before);
  auto now = by_path(after);
  for (auto each = old.begin(); each != old.end();) {
    const auto other = now.find(each->first);
    if (other == now.end()) {
      ++each;
      continue;
    }
    auto change = compare(*each->second, *other->second);
    if (change.content == Content::same && !change.mode && !change.kind) {
      ++out.same;
    } else {
      out.changes.push_back(std::move(change));
    }
    now.erase(other);
    each = old.erase(each);
  }
  pair_equal(old, now, out,
             [](const FileEntry& file) { return std::pair(file.digest, base_name(file.path)); });
  pair_equal(old, now, out, [](const FileEntry& file) { return file.digest; });
  for (const auto& [path, file] : old) out.changes.push_back({.before = *file, .after = {}});
  for (const auto& [path, file] : now) out.changes.push_back({.before = {}, .after = *file});
  std::ranges::sort(out.changes, [](const FileChange& a, const FileChange& b) {
    return std::tuple(std::string_view(a.path()), a.before ? a.before->path : std::string()) <
           std::tuple(std::string_view(b.path()), b.before ? b.before->path : std::string());
  });
  return out;
}

}  // namespace mpk::modelpack
