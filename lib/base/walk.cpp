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

// ".mpk-tmp-*" and ".mpk-part-*" are what a killed write leaves (AtomicFile, PartFile).
constexpr std::string_view kBuiltInRules =
    ".git*\n"
    ".cache\n__pycache__\n*.pyc\n.ipynb_checkpoints\n.DS_Store\n"
    "*~\n*.swp\n.idea\n.vscode\n"
    ".mpk-tmp-*\n.mpk-part-*\n.mpkignore\n";

// What tools keep passwords, tokens and private keys in. A published layer can't be taken back.
constexpr std::string_view kSecretRules =
    ".env*\n.netrc\n_netrc\n.git-credentials\n.npmrc\n.pypirc\n.pgpass\n.htpasswd\n"
    ".ssh\n.aws\n.azure\n.gnupg\n.kube\n**/.docker/config.json\n.dockercfg\n"
    "id_rsa\nid_dsa\nid_ecdsa\nid_ecdsa_sk\nid_ed25519\nid_ed25519_sk\n"
    "*.[pP][eE][mM]\n*.[kK][eE][yY]\n*.[pP]12\n*.[pP][fF][xX]\n*.ppk\n";

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

// Trying again does not help against a permission: that is a matter of configuration.
Error unreadable(const std::error_code& failure, std::string_view action, const fs::path& path) {
  Error error = errno_error(failure.value(), action, path);
  if (failure == std::errc::permission_denied) {
    return std::move(error).with_kind(ErrorKind::usage);
  }
  return error;
}

Result<IgnoreRules> rules_of(const fs::path& root) {
  IgnoreRules rules = TRY(IgnoreRules::parse(kBuiltInRules));
  rules.append(TRY(IgnoreRules::parse(kSecretRules)));
  const fs::path file = root / ".mpkignore";
  std::error_code failure;
  const fs::file_status status = fs::symlink_status(file, failure);
  if (status.type() == fs::file_type::not_found) return rules;
  if (failure) return unreadable(failure, "read", root);
  // Not through a link: the rules are part of what is signed, and a fifo would wait for ever.
  if (status.type() != fs::file_type::regular) {
    return refused(".mpkignore", "not a regular file");
  }
  const std::string text = TRY(read_file(file, limits::kTextFile));
  rules.append(TRY(IgnoreRules::parse(text).with(".mpkignore")));
  return rules;
}

// image-layout.md, "oci-layout file": what marks the directory of an image layout.
bool is_image_layout(const fs::path& directory) {
  std::error_code failure;
  const fs::file_status status = fs::symlink_status(directory / "oci-layout", failure);
  return status.type() == fs::file_type::regular;
}

class Walk {
 public:
  Walk(fs::path root, IgnoreRules rules, IgnoreRules secrets)
      : root_(std::move(root)),
        blobs_(hugging_face_blobs(root_)),
        rules_(std::move(rules)),
        secrets_(std::move(secrets)) {}

  // `prefix`: "" or "a/b/"; `depth`: how many components it has.
  Result<void> visit(const fs::path& directory, const std::string& prefix, std::size_t depth) {
    std::error_code failure;
    fs::directory_iterator entry(directory, failure);
    for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
      const std::string name = entry->path().filename().native();
      TRY(visit_entry(entry->path(), name, prefix + name, depth + 1));
    }
    if (failure) return unreadable(failure, "list", directory);
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
    if (failure) return unreadable(failure, "stat", absolute);
    const bool is_directory = status.type() == fs::file_type::directory;
    if (rules_.ignored(path, is_directory)) {
      result_.ignored.push_back(is_directory ? path + "/" : path);
      return {};
    }
    // Else a directory would be packed with the artifacts that were made of it.
    if (is_directory && is_image_layout(absolute)) {
      result_.ignored.push_back(path + "/");
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
    if (lies_in(root_, target)) {
      const std::string inside = target.lexically_relative(root_).generic_string();
      if (!secrets_.ignored(inside, false) || !rules_.ignored(inside, false)) return target;
      return refused(
          path, fmt::format("a symlink to {}, which looks like a secret", printable(inside)), hint);
    }
    if (!blobs_.empty() && lies_in(blobs_, target)) return target;
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
  const IgnoreRules secrets_;
  WalkResult result_;
};

}  // namespace

bool looks_like_secret(std::string_view path) {
  static const IgnoreRules rules = IgnoreRules::parse(kSecretRules).value_or(IgnoreRules());
  const bool is_directory = path.ends_with('/');
  return rules.ignored(path.substr(0, path.size() - (is_directory ? 1 : 0)), is_directory);
}

Result<WalkResult> walk_model(const std::filesystem::path& root) {
  std::error_code failure;
  const fs::path canonical = fs::canonical(root, failure);
  if (failure == std::errc::no_such_file_or_directory) {
    return Error(ErrorKind::usage, fmt::format("{}: no such directory", root.native()));
  }
  if (failure) return errno_error(failure.value(), "open", root).with_kind(ErrorKind::usage);
  if (!fs::is_directory(canonical, failure)) {
    return Error(ErrorKind::usage, fmt::format("{}: not a directory", root.native()));
  }
  if (is_image_layout(canonical)) {
    return Error(ErrorKind::usage,
                 fmt::format("{}: an OCI image layout, not a model", root.native()),
                 fmt::format("mpk list oci:{} shows what is in it", root.native()));
  }
  auto rules = TRY(rules_of(canonical));
  Walk walk(canonical, std::move(rules), TRY(IgnoreRules::parse(kSecretRules)));
  TRY(walk.visit(canonical, "", 0));
  return std::move(walk).result();
}

}  // namespace mpk
