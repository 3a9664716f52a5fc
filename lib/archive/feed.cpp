// Feed: pulls pieces, counts them, and keeps the error that libarchive can't carry.
#include "archive/feed.hpp"

#include "archive/library.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace mpk::archive {
namespace {

constexpr std::size_t kPiece = 128U << 10;

}  // namespace

Feed::Feed(Source source, Skip skip)
    : source_(std::move(source)), skip_(std::move(skip)), buffer_(kPiece) {}

int Feed::open(::archive* handle) {
  return libarchive().archive_read_open2(handle, this, nullptr, &Feed::on_read,
                                         skip_ ? &Feed::on_skip : nullptr, nullptr);
}

Error Feed::error(::archive* handle, std::string_view what) const {
  if (failure_) return *failure_;
  const char* text = libarchive().archive_error_string(handle);
  return {ErrorKind::malformed,
          std::string(what) + ": " + printable(text == nullptr ? "unreadable" : text, 200)};
}

Result<std::size_t> Feed::pull() {
  const std::size_t count = TRY(source_(buffer_));
  const auto begin =
      std::make_reverse_iterator(buffer_.begin() + static_cast<std::ptrdiff_t>(count));
  const auto last =
      std::find_if(begin, buffer_.rend(), [](std::uint8_t byte) { return byte != 0; });
  if (last != buffer_.rend())
    last_content_ = total_ + static_cast<std::uint64_t>(buffer_.rend() - last);
  total_ += count;
  return count;
}

Result<void> Feed::drain() {
  if (failure_) return *failure_;
  while (TRY(pull()) != 0) {
  }
  return {};
}

la_ssize_t Feed::on_read(::archive* /*handle*/, void* self, const void** out) {
  auto& feed = *static_cast<Feed*>(self);
  if (feed.failure_) return ARCHIVE_FATAL;
  auto count = feed.pull();
  if (!count) {
    feed.failure_ = std::move(count).error();
    return ARCHIVE_FATAL;
  }
  *out = feed.buffer_.data();
  return static_cast<la_ssize_t>(*count);
}

// 0: libarchive reads what it can't skip, and meets the end or the error there.
la_int64_t Feed::on_skip(::archive* /*handle*/, void* self, la_int64_t count) {
  auto& feed = *static_cast<Feed*>(self);
  if (feed.failure_ || count <= 0) return 0;
  const auto skipped = feed.skip_(static_cast<std::uint64_t>(count));
  feed.total_ += skipped;
  return static_cast<la_int64_t>(skipped);
}

}  // namespace mpk::archive
