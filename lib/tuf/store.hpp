// Store: where a client keeps what it trusts, byte for byte; in a directory, or in memory.
#pragma once

#include "base/file.hpp"
#include "base/parallel.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::tuf {

/// Names are the client's own ("root.json", "root_history/2.root.json"): never a word from outside.
class Store {
 public:
  virtual ~Store() = default;
  /// nullopt: not there, or over `cap`.
  virtual std::optional<std::string> read(const std::string& name, std::size_t cap) const = 0;
  /// Old or new contents at every moment. io.
  virtual Result<void> write(const std::string& name, std::string_view contents) = 0;
  /// io; nothing there is no error.
  virtual Result<void> remove(const std::string& name) = 0;
};

class MemoryStore : public Store {
 public:
  std::optional<std::string> read(const std::string& name, std::size_t cap) const override;
  Result<void> write(const std::string& name, std::string_view contents) override;
  Result<void> remove(const std::string& name) override;
  const std::map<std::string, std::string>& files() const { return files_; }

 private:
  std::map<std::string, std::string> files_;
};

/// Readers need no lock and make nothing; files of other users, or that others may write, are not
/// read.
class DirectoryStore final : public Store {
 public:
  explicit DirectoryStore(std::filesystem::path directory) : directory_(std::move(directory)) {}
  std::optional<std::string> read(const std::string& name, std::size_t cap) const override;
  Result<void> write(const std::string& name, std::string_view contents) override;
  Result<void> remove(const std::string& name) override;
  const std::filesystem::path& directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
};

/// A store for one update: its directory, locked against other writers, or, where nothing can be
/// written, what is there to read and changes in memory.
struct WritableStore {
  std::unique_ptr<Store> store;
  std::optional<FileLock> lock;
  std::optional<Error> not_kept;  // why changes are lost at the end
};
/// Makes the directory. timeout: another process has been updating for `wait_seconds`; cancelled.
Result<WritableStore> open_for_update(const std::filesystem::path& directory, unsigned wait_seconds,
                                      const CancelToken& cancel);

}  // namespace mpk::tuf
