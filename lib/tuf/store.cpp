// Stores: a map, a directory, and a directory that can't be written.
#include "tuf/store.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <set>

namespace mpk::tuf {
namespace {

bool is_private(const std::filesystem::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         (status.st_uid == ::geteuid() || status.st_uid == 0) &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

// Reads below, changes stay here.
class Overlay final : public Store {
 public:
  explicit Overlay(std::filesystem::path directory) : below_(std::move(directory)) {}

  std::optional<std::string> read(const std::string& name, std::size_t cap) const override {
    if (removed_.contains(name)) return std::nullopt;
    if (auto changed = changes_.read(name, cap)) return changed;
    return below_.read(name, cap);
  }
  Result<void> write(const std::string& name, std::string_view contents) override {
    removed_.erase(name);
    return changes_.write(name, contents);
  }
  Result<void> remove(const std::string& name) override {
    removed_.insert(name);
    return changes_.remove(name);
  }

 private:
  DirectoryStore below_;
  MemoryStore changes_;
  std::set<std::string> removed_;
};

}  // namespace

std::optional<std::string> MemoryStore::read(const std::string& name, std::size_t cap) const {
  const auto found = files_.find(name);
  if (found == files_.end() || found->second.size() > cap) return std::nullopt;
  return found->second;
}

Result<void> MemoryStore::write(const std::string& name, std::string_view contents) {
  files_[name] = contents;
  return {};
}

Result<void> MemoryStore::remove(const std::string& name) {
  files_.erase(name);
  return {};
}

std::optional<std::string> DirectoryStore::read(const std::string& name, std::size_t cap) const {
  const auto path = directory_ / name;
  if (!is_private(path)) return std::nullopt;
  auto text = read_file(path, cap);
  if (!text) return std::nullopt;
  return text.take();
}

Result<void> DirectoryStore::write(const std::string& name, std::string_view contents) {
  const auto path = directory_ / name;
  TRY(make_directories(path.parent_path()));
  TRY(write_file_atomic(path, contents));
  return {};
}

Result<void> DirectoryStore::remove(const std::string& name) {
  const auto path = directory_ / name;
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return errno_error(errno, "remove", path);
  return {};
}

Result<WritableStore> open_for_update(const std::filesystem::path& directory, unsigned wait_seconds,
                                      const CancelToken& cancel) {
  WritableStore out;
  auto made = make_directories(directory);
  if (made) {
    auto lock = FileLock::acquire(directory / ".lock", wait_seconds, cancel);
    if (lock) {
      out.lock = lock.take();
      if (auto opened = Directory::open(directory)) remove_abandoned_files(*opened);
      out.store = std::make_unique<DirectoryStore>(directory);
      return out;
    }
    const auto kind = lock.error().kind();
    if (kind == ErrorKind::timeout || kind == ErrorKind::cancelled) return std::move(lock).error();
    out.not_kept = std::move(lock).error();
  } else {
    out.not_kept = std::move(made).error();
  }
  out.store = std::make_unique<Overlay>(directory);
  return out;
}

}  // namespace mpk::tuf
