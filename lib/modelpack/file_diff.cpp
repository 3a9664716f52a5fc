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
using Key = std::pair<std::string_view, bool>;  // path, is sealed
using ByPath = std::map<Key, const FileEntry*>;

ByPath by_path(const std::vector<FileEntry>& files) {
  ByPath out;
  for (const auto& file : files) out.emplace(Key(file.path, file.sealed), &file);
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

/// Takes from both sides what has one path; `crossed`: an archive here and a file there.
void pair_paths(ByPath& before, ByPath& after, FileDiff& out, bool crossed) {
  for (auto each = before.begin(); each != before.end();) {
    const auto& [path, sealed] = each->first;
    const auto other = after.find(Key(path, sealed != crossed));
    if (other == after.end()) {
      ++each;
      continue;
    }
    auto change = compare(*each->second, *other->second);
    if (change.content == Content::same && !change.mode && !change.kind) {
      ++out.same;
    } else {
      out.changes.push_back(std::move(change));
    }
    after.erase(other);
    each = before.erase(each);
  }
}

/// Takes from both sides the pairs that `value` gives the same value, in the order of their paths.
template <class Value>
void pair_equal(ByPath& before, ByPath& after, FileDiff& out, Value value) {
  std::multimap<decltype(value(*before.begin()->second)), Key> found;
  for (const auto& [key, file] : after) found.emplace(value(*file), key);
  for (auto each = before.begin(); each != before.end();) {
    const auto other = found.find(value(*each->second));
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

auto order(const FileChange& change) {
  const auto& shown = change.after ? *change.after : *change.before;
  return std::tuple(std::string_view(shown.path),
                    change.before ? std::string_view(change.before->path) : std::string_view(),
                    shown.sealed);
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
  pair_paths(old, now, out, false);
  pair_paths(old, now, out, true);
  pair_equal(old, now, out,
             [](const FileEntry& file) { return std::pair(file.digest, base_name(file.path)); });
  pair_equal(old, now, out, [](const FileEntry& file) { return file.digest; });
  for (const auto& [key, file] : old) out.changes.push_back({.before = *file, .after = {}});
  for (const auto& [key, file] : now) out.changes.push_back({.before = {}, .after = *file});
  std::ranges::sort(out.changes,
                    [](const FileChange& a, const FileChange& b) { return order(a) < order(b); });
  return out;
}

}  // namespace mpk::modelpack
