// file_diff: the files of two artifacts compared by path and digest. Pure.
#pragma once

#include "base/digest.hpp"
#include "modelpack/artifact.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mpk::modelpack {

/// A file of an artifact: a raw layer, or one in an archive.
struct FileEntry {
  std::string path;
  model::Kind kind = model::Kind::doc;
  std::uint64_t size = 0;
  Digest digest;
  unsigned mode = 0644;
  std::string archive;  // the layer's path, of a file in an archive; else empty
  /// An archive that was not read to its end: size and digest are the layer's, the files are not
  /// known.
  bool sealed = false;
};

struct FileChange {
  enum class Content { same, differs, unknown };
  std::optional<FileEntry> before, after;  // at least one
  Content content = Content::differs;      // unknown: a sealed archive, digests of two algorithms
  bool mode = false, kind = false;         // they differ

  bool renamed() const { return before && after && before->path != after->path; }
  /// The first of these that holds: "removed", "added", "renamed", "changed", "unknown", "mode",
  /// "kind".
  std::string_view word() const;
  const std::string& path() const { return after ? after->path : before->path; }
};

struct FileDiff {
  std::vector<FileChange> changes;  // by path(), then by the path before
  std::size_t same = 0;
};

/// Paths are unique on each side, those of files and those of sealed archives each. Equal bytes (by
/// digest) under another path are a renaming, those with an equal base name first; more of one
/// content on a side than on the other are added or removed. Where a file is packed, raw or in
/// which archive, makes no difference.
FileDiff compare_files(const std::vector<FileEntry>& before, const std::vector<FileEntry>& after);

}  // namespace mpk::modelpack
