// FileWindow: a stretch of a file, looked at where the kernel has it instead of copied.
#pragma once

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace mpk {

/// For one pass over bytes of which only a digest is kept: whoever writes to the file may change
/// them between two looks. Bytes that go away or can't be read while they are looked at become
/// zeros (by a handler of SIGBUS, which leaves alone what is not in a window), and check() says so.
class FileWindow {
 public:
  /// nullopt: not to be had here; read() does it. `offset` lies on a page, the stretch in the file.
  static std::optional<FileWindow> open(const FileReader& file, std::uint64_t offset,
                                        std::size_t size);
  FileWindow(FileWindow&& other) noexcept
      : slot_(std::exchange(other.slot_, kNoSlot)), bytes_(std::exchange(other.bytes_, {})) {}
  FileWindow& operator=(FileWindow&&) = delete;
  FileWindow(const FileWindow&) = delete;
  FileWindow& operator=(const FileWindow&) = delete;
  ~FileWindow();

  BytesView bytes() const { return bytes_; }
  /// After the last look. mismatch: not all of it was there.
  Result<void> check(const FileReader& file) const;

 private:
  static constexpr std::size_t kNoSlot = SIZE_MAX;
  FileWindow(std::size_t slot, BytesView bytes) : slot_(slot), bytes_(bytes) {}
  std::size_t slot_;
  BytesView bytes_;
};

}  // namespace mpk
