// The walk of model signing: nothing is left out silently, links are a decision.
#include "oms/tree.hpp"

#include "base/directory.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace mpk::oms {
namespace {

namespace fs = std::filesystem;

Error refused(std::string_view path, std::string_view why, std::string hint = {}) {
  return {ErrorKind::usage, printable(path) + ": " + std::string(why), std::move(hint)};
}

Error unreadable(const std::error_code& failure, std::string_view action, const fs::path& path) {
  auto error = errno_error(failure.value(), action, path);
  const bool configured = failure == std::errc::permission_denied;
  return configured ? std::move(error).with_kind(ErrorKind::usage) : error;
}

bool lies_in(const fs::path& directory, const fs::path& path) {
  const auto [end, unused] =
      std::mismatch(directory.begin(), directory.end(), path.begin(), path.end());
  return end == directory.end();
}

// A statement of somebody else may record anything; what is no path in the model ignores nothing.
bool can_match(const std::string& path) { return path != "." && safe_relative_path(path); }

// For people: what can't be listed is not counted.
std::uint64_t count_files(const fs::path& directory) {
  std::uint64_t files = 0;
  std::error_code failure;
  fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied,
                                         failure);
  for (; !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
    std::error_code unknown;
    if (!fs::is_directory(entry->symlink_status(unknown))) ++files;
  }
  return files;
}

class Walk {
 public:
  Walk(Tree& tree, const TreeRules& rules) : tree_(tree), rules_(rules) {
    for (const auto& path : rules.ignore_paths) {
      if (can_match(path)) ignored_.insert(path);
    }
  }

  // `prefix`: "" or "a/b/"; `depth`: how many components it has.
  Result<void> visit(const fs::path& directory, const std::string& prefix, std::size_t depth) {
    std::error_code failure;
    fs::directory_iterator entry(directory, failure);
    for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
      TRY(visit_entry(entry->path(), prefix + entry->path().filename().native(), depth + 1));
    }
    if (failure) return unreadable(failure, "list", directory);
    return {};
  }

  Result<void> add(const std::string& path, const fs::path& absolute, bool linked) {
    if (tree_.files.size() >= limits::kModelFiles) {
      return Error(ErrorKind::too_large, tree_.root.native() + ": more than " +
                                             std::to_string(limits::kModelFiles) + " files");
    }
    std::error_code failure;
    const auto size = fs::file_size(absolute, failure);
    if (failure) return unreadable(failure, "stat", absolute);
    tree_.files.push_back({.path = path, .absolute = absolute, .size = size, .linked = linked});
    return {};
  }

 private:
  bool is_ignored(const std::string& path, std::size_t depth) const {
    if (ignored_.contains(path)) return true;
    return depth == 1 && rules_.ignore_git_paths && std::ranges::count(git_paths(), path) > 0 &&
           !is_kept(path);
  }

  void leave_out(const fs::path& absolute, const std::string& path) {
    std::error_code failure;
    const bool directory = fs::is_directory(fs::symlink_status(absolute, failure));
    tree_.ignored.push_back(directory ? IgnoredPath{path + "/", count_files(absolute)}
                                      : IgnoredPath{path, 1});
  }

  // The name itself, or one below it.
  bool is_kept(const std::string& path) const {
    const auto next = rules_.keep.lower_bound(path);
    if (next != rules_.keep.end() && *next == path) return true;
    const auto below = rules_.keep.lower_bound(path + "/");
    return below != rules_.keep.end() && below->starts_with(path + "/");
  }

  Result<void> visit_entry(const fs::path& absolute, const std::string& path, std::size_t depth) {
    if (is_ignored(path, depth)) {
      leave_out(absolute, path);
      return {};
    }
    if (depth > limits::kTreeDepth) {
      return Error(ErrorKind::too_large, printable(path) + ": deeper than " +
                                             std::to_string(limits::kTreeDepth) + " directories");
    }
    const auto safe = safe_relative_path(path);
    if (!safe) return Error(safe.error()).with_kind(ErrorKind::usage);
    std::error_code failure;
    const auto status = fs::symlink_status(absolute, failure);
    if (failure) return unreadable(failure, "stat", absolute);
    switch (status.type()) {
      case fs::file_type::directory:
        return visit(absolute, path + "/", depth);
      case fs::file_type::regular:
        return add(path, absolute, false);
      case fs::file_type::symlink:
        return follow(absolute, path);
      default:
        return refused(path, "neither a regular file nor a directory",
                       "remove it, or leave it out with --ignore-paths");
    }
  }

  // §6.1.1. A link to a directory is refused either way: implementations differ in whether they
  // look behind it, so that what is there would be signed for one and unsigned for another.
  Result<void> follow(const fs::path& link, const std::string& path) {
    if (!rules_.allow_symlinks) {
      return refused(path, "a symlink",
                     "--allow-symlinks signs the file that it leads to; --ignore-paths leaves it "
                     "out");
    }
    std::error_code failure;
    const auto target = fs::canonical(link, failure);
    if (failure) return refused(path, "a symlink that leads nowhere");
    const auto type = fs::status(target, failure).type();
    if (type == fs::file_type::directory) {
      return refused(path,
                     lies_in(target, link) ? "a symlink to a directory that it lies in"
                                           : "a symlink to a directory",
                     "put the directory itself there, or leave it out with --ignore-paths");
    }
    if (type != fs::file_type::regular) return refused(path, "a symlink to no regular file");
    if (!lies_in(tree_.root, target)) tree_.links_outside.push_back(path);
    return add(path, target, true);
  }

  Tree& tree_;
  const TreeRules& rules_;
  std::set<std::string> ignored_;
};

}  // namespace

const std::vector<std::string>& git_paths() {
  static const std::vector<std::string> paths = {".git", ".gitattributes", ".github", ".gitignore"};
  return paths;
}

std::string path_below(const fs::path& root, const fs::path& file) {
  std::error_code failure;
  const auto parent = fs::weakly_canonical(fs::absolute(file, failure).parent_path(), failure);
  if (failure || !lies_in(root, parent)) return {};
  const auto path = (parent / file.filename()).lexically_relative(root).generic_string();
  return path == "." ? std::string() : path;
}

Result<std::string> ignore_path(const fs::path& root, std::string_view text) {
  // §6.2.1: exact paths.
  if (text.find_first_of("*?[") != std::string_view::npos) {
    return refused(text, "an ignored path is exact, not a pattern");
  }
  const fs::path given(text);
  std::string path;
  if (given.is_absolute()) {
    path = path_below(root, given);
    if (path.empty()) return refused(text, "not below the model " + root.native());
  } else {
    path = given.lexically_normal().generic_string();
  }
  if (path.ends_with('/')) path.pop_back();
  const auto safe = safe_relative_path(path);
  if (!safe || path == ".") {
    return refused(text, "an ignored path lies below the model", "it is relative to the model");
  }
  return path;
}

Result<Tree> list_tree(const fs::path& model, const TreeRules& rules) {
  std::error_code failure;
  const auto canonical = fs::canonical(model, failure);
  if (failure == std::errc::no_such_file_or_directory) {
    return Error(ErrorKind::usage, model.native() + ": no such file or directory");
  }
  if (failure) return unreadable(failure, "open", model);
  Tree tree;
  tree.name = canonical.filename().native();
  if (!is_valid_utf8(tree.name)) return refused(tree.name, "the name is not UTF-8");
  tree.single = !fs::is_directory(canonical, failure);
  tree.root = tree.single ? canonical.parent_path() : canonical;
  Walk walk(tree, rules);
  if (tree.single) {
    if (!fs::is_regular_file(canonical, failure)) {
      return refused(model.native(), "neither a regular file nor a directory");
    }
    const auto safe = safe_relative_path(tree.name);
    if (!safe) return Error(safe.error()).with_kind(ErrorKind::usage);
    TRY(walk.add(tree.name, canonical, false));
  } else {
    TRY(walk.visit(canonical, "", 0));
  }
  std::ranges::sort(tree.files, {}, &TreeFile::path);
  std::ranges::sort(tree.links_outside);
  std::ranges::sort(tree.ignored, {}, &IgnoredPath::path);
  return tree;
}

}  // namespace mpk::oms
