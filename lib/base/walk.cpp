// Walk: what belongs to a model, what is left out, and what is refused by name.
#include "base/walk.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace mpk {
namespace {

namespace fs = std::filesystem;

// ".mpk-tmp-*" is what a killed write leaves (AtomicFile).
constexpr std::string_view kBuiltInRules =
    ".git*\n"
    ".cache\n__pycache__\n*.pyc\n.ipynb_checkpoints\n.DS_Store\n"
    "*~\n*.swp\n.idea\n.vscode\n"
    ".mpk-tmp-*\n.mpkignore\n";

Error refused(std::string_view path, std::string_view why, std::string hint = {}) {
  return {ErrorKind::usage, fmt::format("{}: {}", printable(path), why), std::move(hint)};
}

bool lies_in(const fs::path& directory, const fs::path& path) {
  const auto [end, unused] =
      std::mismatch(directory.begin(), directory.end(), path.begin(), path.end());
  return end == directory.end();
}

// huggingface_hub's cache: models--ORG--NAME/{blobs/HASH, snapshots/REVISION/…}; a snapshot is
// made of symlinks into blobs.
fs::path hugging_face_blobs(const fs::path& root) {
  const fs::path snapshots = root.parent_path();
  if (snapshots.filename() != "snapshots") return {};
  return snapshots.parent_path() / "blobs";
}

Result<IgnoreRules> rules_of(const fs::path& root) {
  IgnoreRules rules = TRY(IgnoreRules::parse(kBuiltInRules));
  const fs::path file = root / ".mpkignore";
  std::error_code failure;
  const fs::file_status status = fs::symlink_status(file, failure);
  if (status.type() == fs::file_type::not_found) return rules;
  // Not through a link: the rules are part of what is signed, and a fifo would wait for ever.
  if (status.type() != fs::file_type::regular) {
    return refused(".mpkignore", "not a regular file");
  }
  const std::string text = TRY(read_file(file, limits::kTextFile));
  rules.append(TRY(IgnoreRules::parse(text).with(".mpkignore")));
  return rules;
}

class Walk {
 public:
  Walk(fs::path root, IgnoreRules rules)
      : root_(std::move(root)), blobs_(hugging_face_blobs(root_)), rules_(std::move(rules)) {}

  // `prefix`: "" or "a/b/"; `depth`: how many components it has.
  Result<void> visit(const fs::path& directory, const std::string& prefix, std::size_t depth) {
    std::error_code failure;
    fs::directory_iterator entry(directory, failure);
    for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
      const std::string name = entry->path().filename().native();
      TRY(visit_entry(entry->path(), name, prefix + name, depth + 1));
    }
    if (failure) return errno_error(failure.value(), "list", directory);
    return {};
  }

  WalkResult result() && {
    // The order of a directory is the file system's; ours is the same everywhere.
    std::ranges::sort(result_.files, {}, &WalkFile::path);
    std::ranges::sort(result_.ignored);
    return std::move(result_);
  }

 private:
  Result<void> visit_entry(const fs::path& absolute, const std::string& name,
                           const std::string& path, std::size_t depth) {
    if (!is_valid_utf8(name)) return refused(path, "the name is not UTF-8");
    std::error_code failure;
    const fs::file_status status = fs::symlink_status(absolute, failure);
    if (failure) return errno_error(failure.value(), "stat", absolute);
    const bool is_directory = status.type() == fs::file_type::directory;
    if (rules_.ignored(path, is_directory)) {
      result_.ignored.push_back(is_directory ? path + "/" : path);
      return {};
    }
    if (depth > limits::kTreeDepth) {
      return Error(ErrorKind::too_large, fmt::format("{}: deeper than {} directories",
                                                     printable(path), limits::kTreeDepth));
    }
    // What could not be unpacked again is not packed.
    const auto safe = safe_relative_path(path);
    if (!safe) return Error(safe.error()).with_kind(ErrorKind::usage);

    switch (status.type()) {
      case fs::file_type::directory:
        return visit(absolute, path + "/", depth);
      case fs::file_type::regular:
        return add(path, absolute);
      case fs::file_type::symlink:
        return add(path, TRY(link_target(absolute, path)));
      default:
        return refused(path, "neither a regular file nor a directory",
                       "remove it, or name it in .mpkignore");
    }
  }

  Result<fs::path> link_target(const fs::path& link, const std::string& path) const {
    const std::string hint = "put the file itself there, or name the link in .mpkignore";
    std::error_code failure;
    fs::path target = fs::canonical(link, failure);
    if (failure) return refused(path, "a symlink that leads nowhere", hint);
    const fs::file_type type = fs::status(target, failure).type();
    if (type == fs::file_type::directory) return refused(path, "a symlink to a directory", hint);
    if (type != fs::file_type::regular) return refused(path, "a symlink to no regular file", hint);
    if (lies_in(root_, target) || (!blobs_.empty() && lies_in(blobs_, target))) return target;
    return refused(
        path, fmt::format("a symlink to {}, outside the directory", printable(target.native())),
        hint);
  }

  Result<void> add(const std::string& path, const fs::path& absolute) {
    if (result_.files.size() >= limits::kModelFiles) {
      return Error(ErrorKind::too_large,
                   fmt::format("{}: more than {} files", root_.native(), limits::kModelFiles),
                   "name what is no part of the model in .mpkignore");
    }
    struct stat status{};
    if (::stat(absolute.c_str(), &status) != 0) return errno_error(errno, "stat", absolute);
    result_.files.push_back({.path = path,
                             .absolute = absolute,
                             .size = static_cast<std::uint64_t>(status.st_size),
                             .executable = (status.st_mode & S_IXUSR) != 0});
    return {};
  }

  const fs::path root_;   // canonical
  const fs::path blobs_;  // empty unless root_ is a snapshot of a Hugging Face cache
  const IgnoreRules rules_;
  WalkResult result_;
};

}  // namespace

Result<WalkResult> walk_model(const std::filesystem::path& root) {
  std::error_code failure;
  const fs::path canonical = fs::canonical(root, failure);
  if (failure) {
    return Error(ErrorKind::usage, fmt::format("{}: no such directory", root.native()));
  }
  if (!fs::is_directory(canonical, failure)) {
    return Error(ErrorKind::usage, fmt::format("{}: not a directory", root.native()));
  }
  auto rules = TRY(rules_of(canonical));
  Walk walk(canonical, std::move(rules));
  TRY(walk.visit(canonical, "", 0));
  return std::move(walk).result();
}

}  // namespace mpk
