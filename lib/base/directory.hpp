// Directory: a folder that is held open, so that what is done in it can't be led elsewhere.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mpk {

/// Whoever renames it, or puts a link in its place, changes nothing: the handle stays with the
/// folder that was opened. Copies share the handle. Immutable and thread-safe.
class Directory {
 public:
  /// Follows symlinks: the owner named `path`. io.
  static Result<Directory> open(const std::filesystem::path& path);

  /// The folder `name` in it; nullopt: there is none. mismatch: a symlink or a file has the name.
  Result<std::optional<Directory>> find(const std::string& name) const;
  /// The same, made (0755) when it is missing.
  Result<Directory> make(const std::string& name) const;
  /// Whether its entry `name` is the file that is open as `descriptor`.
  bool names(const std::string& name, int descriptor) const;
  /// A rename in it survives a power failure only after this.
  Result<void> sync() const;

  /// For the *at functions only (O_PATH).
  int descriptor() const { return fd_->get(); }
  /// What it was called when it was opened: for messages.
  const std::filesystem::path& path() const { return path_; }

 private:
  Directory(Fd fd, std::filesystem::path path)
      : fd_(std::make_shared<const Fd>(std::move(fd))), path_(std::move(path)) {}
  std::shared_ptr<const Fd> fd_;
  std::filesystem::path path_;
};

/// A name in a directory; nothing need have it.
struct Place {
  Directory directory;
  std::string name;
  std::filesystem::path path() const { return directory.path() / name; }  // for messages
};

/// A relative '/'-separated path from outside, proven harmless: no absolute path, no empty, "." or
/// ".." component, no NUL or control character, valid UTF-8, at most limits::kPathBytes, no
/// component over NAME_MAX (255 bytes). malformed otherwise. Legal: "a..b", "..foo".
Result<std::string> safe_relative_path(std::string_view path);

/// Goes down the directories of `relative` below `root` one by one without following a symlink
/// (openat with O_NOFOLLOW), making what is missing, and gives the place of its last component.
/// malformed: no safe path; mismatch: a symlink or a file where a directory must be.
Result<Place> make_parents_beneath(const Directory& root, std::string_view relative);
/// The same, but nothing is made; nullopt: a directory on the way is missing.
Result<std::optional<Place>> find_parents_beneath(const Directory& root, std::string_view relative);

/// As std::filesystem::create_directories. usage: a file is in the way; io.
Result<void> make_directories(const std::filesystem::path& path);

}  // namespace mpk
