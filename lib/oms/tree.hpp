// The files of a model as model signing counts them (§6.1, §6.2): all, but for what is ignored.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::oms {

struct TreeFile {
  std::string path;                // relative, '/'-separated; of a single file its name
  std::filesystem::path absolute;  // what to open
  std::uint64_t size = 0;
  bool linked = false;  // reached through a symlink
};

/// What the rules leave out: a name, of a directory with '/' at its end.
struct IgnoredPath {
  std::string path;
  std::uint64_t files = 0;  // in it, or itself
};

struct Tree {
  std::filesystem::path root;  // canonical; of a single file its directory
  std::string name;            // the directory's, or the file's
  bool single = false;
  std::vector<TreeFile> files;             // sorted by path
  std::vector<std::string> links_outside;  // symlinks that lead out of the model (§6.1.1: warn)
  std::vector<IgnoredPath> ignored;        // that are there, sorted by path
};

struct TreeRules {
  bool allow_symlinks = false;
  /// .git, .gitignore, .gitattributes and .github at the top, but for what is in `keep`.
  bool ignore_git_paths = true;
  /// Exact paths below the root, with all that is below them.
  std::vector<std::string> ignore_paths = {};
  /// Names that a statement has: the default rules never hide them.
  std::set<std::string> keep = {};
};

/// .git, .gitattributes, .github, .gitignore.
const std::vector<std::string>& git_paths();

/// What a person wrote after --ignore-paths: below `root`, or absolute and in it. usage: "..", a
/// glob, or a place outside.
Result<std::string> ignore_path(const std::filesystem::path& root, std::string_view text);
/// Where the signature lies below `root`; empty: outside.
std::string path_below(const std::filesystem::path& root, const std::filesystem::path& file);

/// A directory, or a single file. usage: not there; a symlink where none is allowed, to nothing or
/// to a directory; a socket, device or fifo; a name that is not UTF-8 or has control characters;
/// too_large: over limits::kModelFiles or limits::kTreeDepth.
Result<Tree> list_tree(const std::filesystem::path& model, const TreeRules& rules);

}  // namespace mpk::oms
