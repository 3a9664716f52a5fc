// Content: bytes that are scanned, wherever they lie: a file, a part of one, memory.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace mpk::scan {

/// Immutable and thread-safe.
class Content {
 public:
  Content() = default;
  virtual ~Content() = default;
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;
  virtual std::uint64_t size() const = 0;
  /// As many bytes as there are from `offset` on, up to buffer.size(). io.
  virtual Result<std::size_t> read_at(std::uint64_t offset,
                                      std::span<std::uint8_t> buffer) const = 0;
};
using ContentPtr = std::shared_ptr<const Content>;

/// io, not_found; unsupported: not a regular file.
Result<ContentPtr> file_content(const std::filesystem::path& path);
ContentPtr memory_content(std::string bytes);
/// Within the content; what is beyond its end is left out.
ContentPtr slice(ContentPtr content, std::uint64_t offset, std::uint64_t size);
/// Up to `count` bytes from `offset` on.
Result<std::string> bytes_at(const Content& content, std::uint64_t offset, std::size_t count);

/// Reads a Content from front to back through a buffer. After a read past the end everything reads
/// as missing, and failed() says so; an error of the disk is kept in trouble(). Not thread-safe.
class Cursor {
 public:
  explicit Cursor(const Content& content, std::uint64_t offset = 0)
      : content_(content), at_(offset) {}

  std::uint64_t offset() const { return at_; }
  bool failed() const { return failed_; }
  const std::optional<Error>& trouble() const { return trouble_; }
  bool at_end() const { return at_ >= content_.size(); }
  std::uint64_t left() const { return at_end() ? 0 : content_.size() - at_; }

  std::optional<std::uint8_t> byte();
  /// Little-endian, `width` up to 8.
  std::optional<std::uint64_t> number(std::size_t width);
  /// `keep` bytes or fewer of the next `count` ones, which are passed over.
  std::optional<std::string> take(std::uint64_t count, std::size_t keep);
  /// Up to the next line feed, which is passed over and left out. Longer than `cap`: missing.
  std::optional<std::string> line(std::size_t cap);
  void skip(std::uint64_t count);

 private:
  bool fill();
  std::nullopt_t fail();
  const Content& content_;
  std::uint64_t at_;
  std::uint64_t start_ = 0;  // of buffer_
  Bytes buffer_;
  bool failed_ = false;
  std::optional<Error> trouble_;
};

}  // namespace mpk::scan
