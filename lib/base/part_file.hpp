// PartFile: a file of known size that is filled in any order and outlives the process that fills
// it.
#pragma once

#include "base/bytes.hpp"
#include "base/directory.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mpk {

struct Extent {
  std::uint64_t offset = 0, size = 0;
  bool operator==(const Extent&) const = default;
};

/// Which extents are there is noted in one record behind the contents, on a page of its own, so
/// that the file and its journal are one and a kill at any moment leaves both whole. What a power
/// failure tears, the digest of the contents finds: nothing here is proven. write() and read() of
/// different extents may run side by side, everything else has one caller at a time.
class PartFile {
 public:
  /// Less than that is not worth a file of somebody's directory.
  static constexpr std::uint64_t kWorthKeeping = 1U << 20;
  static constexpr std::size_t kMaxExtents = 16;

  /// The file ".mpk-part-KEY" in `directory`, locked (flock) while it is open. What an earlier
  /// process left is gone on with if it is a regular file of this user with one link, mode 0600 and
  /// a record for `size`; anything else of this user is replaced. Where another process has it
  /// locked, or it can't be had, a temporary file takes its place, which never outlives this.
  /// usage: `key` is not 16 hexadecimal digits; io.
  static Result<PartFile> open(Directory directory, std::string_view key, std::uint64_t size);
  PartFile(PartFile&&) noexcept;
  PartFile& operator=(PartFile&&) noexcept;
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  /// Keeps the file for the next process if what was noted is worth it, else removes it.
  ~PartFile();

  /// What is there: at open() what was left, later what was noted. Sorted, apart, not empty.
  const std::vector<Extent>& extents() const { return extents_; }
  std::uint64_t noted_bytes() const;
  /// Whether it stays when it is closed now.
  bool keeps() const { return lasting_ && noted_bytes() >= kWorthKeeping; }

  Result<void> write(std::uint64_t offset, BytesView bytes);
  /// All of `buffer`. mismatch: the file is shorter.
  Result<void> read(std::uint64_t offset, std::span<std::uint8_t> buffer) const;
  /// These were written (the first kMaxExtents count); they survive a kill from now on.
  Result<void> note(std::vector<Extent> extents);
  /// Nothing is there.
  Result<void> restart();
  /// As AtomicFile::commit_in: the file gets its name, without the record. After `exists`, or any
  /// error, it is still there.
  Result<void> commit_in(const Directory& directory, const std::string& name, unsigned mode,
                         bool replace = true);
  /// Removes the file, whatever was noted.
  void discard() noexcept;

 private:
  PartFile(Fd fd, Directory directory, std::string name, bool lasting, std::uint64_t size)
      : fd_(std::move(fd)),
        directory_(std::move(directory)),
        name_(std::move(name)),
        lasting_(lasting),
        size_(size) {}
  void adopt();
  void close() noexcept;
  std::filesystem::path path() const { return directory_.path() / name_; }
  Fd fd_;
  Directory directory_;
  std::string name_;  // empty once committed, discarded or moved from
  bool lasting_ = false;
  std::uint64_t size_ = 0;
  std::vector<Extent> extents_;
};

}  // namespace mpk
