// Feed: a Source as libarchive reads one; private to this module.
#pragma once

#include "archive/library.hpp"
#include "archive/source.hpp"
#include "base/bytes.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace mpk::archive {

struct ReadCloser {
  void operator()(::archive* handle) const noexcept { libarchive().archive_read_free(handle); }
};
using ReadHandle = std::unique_ptr<::archive, ReadCloser>;

/// Stays where it is while a handle reads from it.
class Feed {
 public:
  explicit Feed(Source source, Skip skip = {});
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  ~Feed() = default;

  /// archive_read_open with this feed. The return value is libarchive's.
  int open(::archive* handle);
  /// Why libarchive failed: the source's own error, or else `what` and libarchive's text.
  Error error(::archive* handle, std::string_view what) const;
  /// Reads the source to its end.
  Result<void> drain();

  /// Bytes that came from the source, or were passed over in it.
  std::uint64_t total() const { return total_; }
  /// Where the last byte that is not 0 ends.
  std::uint64_t last_content() const { return last_content_; }

 private:
  static la_ssize_t on_read(::archive* handle, void* self, const void** out);
  static la_int64_t on_skip(::archive* handle, void* self, la_int64_t count);
  Result<std::size_t> pull();

  Source source_;
  Skip skip_;
  Bytes buffer_;
  std::optional<Error> failure_;
  std::uint64_t total_ = 0, last_content_ = 0;
};

}  // namespace mpk::archive
