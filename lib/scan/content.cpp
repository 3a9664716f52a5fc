// Content: pread, memory, windows; and the buffered cursor.
#include "scan/content.hpp"

#include "base/file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

namespace mpk::scan {
namespace {

constexpr std::size_t kFirstBuffer = 1U << 10;  // most walks end after a few bytes
constexpr std::size_t kBuffer = 64U << 10;

class FileContent final : public Content {
 public:
  explicit FileContent(FileReader reader) : reader_(std::move(reader)) {}
  std::uint64_t size() const override { return reader_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const override {
    std::size_t done = 0;
    while (done < buffer.size() && offset + done < reader_.size()) {
      const ssize_t count = ::pread(reader_.descriptor(), buffer.data() + done,
                                    buffer.size() - done, static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return errno_error(errno, "read", reader_.path());
      if (count == 0) {
        return Error(ErrorKind::mismatch,
                     reader_.path().native() + " became shorter while it was read",
                     "run the command again when nobody writes to it");
      }
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

 private:
  FileReader reader_;
};

class MemoryContent final : public Content {
 public:
  explicit MemoryContent(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(buffer.size(), bytes_.size() - offset);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), count, buffer.begin());
    return count;
  }

 private:
  std::string bytes_;
};

class Slice final : public Content {
 public:
  Slice(ContentPtr whole, std::uint64_t offset, std::uint64_t size)
      : whole_(std::move(whole)), offset_(offset), size_(size) {}
  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const override {
    if (offset >= size_) return std::size_t{0};
    const auto most = std::min<std::uint64_t>(buffer.size(), size_ - offset);
    return whole_->read_at(offset_ + offset, buffer.first(static_cast<std::size_t>(most)));
  }

 private:
  ContentPtr whole_;
  std::uint64_t offset_, size_;
};

}  // namespace

Result<ContentPtr> file_content(const std::filesystem::path& path) {
  auto reader = TRY(FileReader::open(path));
  return ContentPtr(std::make_shared<FileContent>(std::move(reader)));
}

ContentPtr memory_content(std::string bytes) {
  return std::make_shared<MemoryContent>(std::move(bytes));
}

ContentPtr slice(ContentPtr content, std::uint64_t offset, std::uint64_t size) {
  const std::uint64_t whole = content->size();
  offset = std::min(offset, whole);
  return std::make_shared<Slice>(std::move(content), offset, std::min(size, whole - offset));
}

Result<std::string> bytes_at(const Content& content, std::uint64_t offset, std::size_t count) {
  if (offset >= content.size()) return std::string();
  std::string out(static_cast<std::size_t>(std::min<std::uint64_t>(count, content.size() - offset)),
                  '\0');
  const std::size_t got = TRY(
      content.read_at(offset, std::span(reinterpret_cast<std::uint8_t*>(out.data()), out.size())));
  out.resize(got);
  return out;
}

std::nullopt_t Cursor::fail() {
  failed_ = true;
  return std::nullopt;
}

// Whether the byte at at_ is in the buffer now.
bool Cursor::fill() {
  if (failed_) return false;
  if (at_ >= start_ && at_ - start_ < buffer_.size()) return true;
  if (at_end()) return false;
  buffer_.resize(std::clamp(buffer_.size() * 8, kFirstBuffer, kBuffer));
  start_ = at_;
  auto count = content_.read_at(at_, buffer_);
  if (!count) {
    trouble_ = std::move(count).error();
    buffer_.clear();
    return false;
  }
  buffer_.resize(*count);
  return *count > 0;
}

std::optional<std::uint8_t> Cursor::byte() {
  if (!fill()) return fail();
  return buffer_[static_cast<std::size_t>(at_++ - start_)];
}

std::optional<std::uint64_t> Cursor::number(std::size_t width) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const auto next = byte();
    if (!next) return std::nullopt;
    out |= std::uint64_t{*next} << (8 * i);
  }
  return out;
}

std::optional<std::string> Cursor::take(std::uint64_t count, std::size_t keep) {
  if (failed_ || count > left()) return fail();
  std::string out;
  const std::uint64_t end = at_ + count;
  while (out.size() < keep && at_ < end) {
    if (!fill()) return fail();
    const std::size_t from = static_cast<std::size_t>(at_ - start_);
    const auto here = std::min<std::uint64_t>(
        {buffer_.size() - from, end - at_, std::uint64_t{keep - out.size()}});
    out.append(as_text(BytesView(buffer_).subspan(from, static_cast<std::size_t>(here))));
    at_ += here;
  }
  at_ = end;
  return out;
}

std::optional<std::string> Cursor::line(std::size_t cap) {
  std::string out;
  while (true) {
    const auto next = byte();
    if (!next) return std::nullopt;
    if (*next == '\n') return out;
    if (out.size() == cap) return fail();
    out += static_cast<char>(*next);
  }
}

void Cursor::skip(std::uint64_t count) {
  if (count > left()) {
    fail();
    return;
  }
  at_ += count;
}

}  // namespace mpk::scan
