// TarWriter: libarchive makes each header, the contents go past it.
#include "archive/tar_writer.hpp"

#include "archive/library.hpp"
#include "archive/utf8_locale.hpp"
#include "base/directory.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

namespace mpk::archive {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kEnd = 2 * kBlock;  // POSIX.1-2017 pax: two blocks of zeros

struct WriteCloser {
  void operator()(::archive* handle) const noexcept { libarchive().archive_write_free(handle); }
};
struct EntryCloser {
  void operator()(::archive_entry* entry) const noexcept { libarchive().archive_entry_free(entry); }
};

struct Header {
  std::string bytes;
  bool complete = false;
};

la_ssize_t append(::archive* /*handle*/, void* out, const void* bytes, std::size_t size) {
  auto& header = *static_cast<Header*>(out);
  // Closing it writes the contents that it waits for, as zeros; not closing it leaks its buffer.
  if (header.complete) return ARCHIVE_FATAL;
  header.bytes.append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

std::size_t padding(std::uint64_t size) { return (kBlock - size % kBlock) % kBlock; }

Result<std::string> header_of(const TarMember& member, Timestamp mtime) {
  TRY(load_libarchive());
  const Utf8Locale locale;
  Header out;
  const std::unique_ptr<::archive, WriteCloser> handle(libarchive().archive_write_new());
  const std::unique_ptr<::archive_entry, EntryCloser> entry(
      handle ? libarchive().archive_entry_new2(handle.get()) : nullptr);
  if (!entry) return Error(ErrorKind::internal, "libarchive: out of memory");
  libarchive().archive_write_set_format_pax_restricted(handle.get());
  libarchive().archive_write_set_bytes_per_block(handle.get(), 0);
  libarchive().archive_entry_copy_pathname(entry.get(), member.path.c_str());
  libarchive().archive_entry_set_filetype(entry.get(), AE_IFREG);
  libarchive().archive_entry_set_perm(entry.get(), member.executable ? 0755 : 0644);
  libarchive().archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.size));
  libarchive().archive_entry_set_mtime(entry.get(), mtime.seconds(), 0);
  libarchive().archive_entry_set_uid(entry.get(), 0);
  libarchive().archive_entry_set_gid(entry.get(), 0);
  if (libarchive().archive_write_open(handle.get(), &out, nullptr, &append, nullptr) !=
          ARCHIVE_OK ||
      libarchive().archive_write_header(handle.get(), entry.get()) != ARCHIVE_OK) {
    const char* text = libarchive().archive_error_string(handle.get());
    return Error(ErrorKind::internal, "tar header of " + printable(member.path, 120) + ": " +
                                          (text == nullptr ? "not written" : text));
  }
  out.complete = true;
  return out.bytes;
}

Error changed(const TarMember& member, std::string_view how) {
  return {ErrorKind::mismatch,
          printable(member.path) + " became " + std::string(how) + " while it was read",
          "run the command again when nobody writes to it"};
}

}  // namespace

Result<TarWriter> TarWriter::create(std::vector<TarMember> members, Timestamp mtime, Open open) {
  if (mtime < Timestamp()) return Error(ErrorKind::usage, mtime.text() + ": before 1970");
  TarWriter out(std::move(members), mtime, std::move(open));
  std::set<std::string_view> paths;
  out.size_ = kEnd;
  for (const auto& member : out.members_) {
    TRY(safe_relative_path(member.path));
    if (!paths.insert(member.path).second) {
      return Error(ErrorKind::usage, "two files have the path " + printable(member.path));
    }
    out.size_ += TRY(header_of(member, mtime)).size() + member.size + padding(member.size);
  }
  return out;
}

void TarWriter::rewind() {
  next_ = 0;
  pending_.clear();
  taken_ = 0;
  content_ = {};
  left_ = 0;
  closed_ = false;
}

// The next header, or the end.
Result<void> TarWriter::advance() {
  taken_ = 0;
  if (next_ == members_.size()) {
    pending_.assign(kEnd, '\0');
    closed_ = true;
    return {};
  }
  const auto& member = members_[next_];
  pending_ = TRY(header_of(member, mtime_));
  content_ = TRY(open_(next_));
  left_ = member.size;
  ++next_;
  return {};
}

// 0: the member is complete, its padding is pending.
Result<std::size_t> TarWriter::read_content(std::span<std::uint8_t> buffer) {
  const auto& member = members_[next_ - 1];
  if (left_ > 0) {
    const auto room = std::min<std::uint64_t>(buffer.size(), left_);
    const std::size_t count = TRY(content_(buffer.first(static_cast<std::size_t>(room))));
    if (count == 0) return changed(member, "shorter");
    left_ -= count;
    return count;
  }
  // The source learns that it was read to its end, and may object.
  std::array<std::uint8_t, 1> more{};
  if (TRY(content_(more)) != 0) return changed(member, "longer");
  content_ = {};
  pending_.assign(padding(member.size), '\0');
  taken_ = 0;
  return std::size_t{0};
}

Result<std::size_t> TarWriter::read(std::span<std::uint8_t> buffer) {
  if (buffer.empty()) return std::size_t{0};
  while (true) {
    if (taken_ < pending_.size()) {
      const std::size_t count = std::min(buffer.size(), pending_.size() - taken_);
      std::copy_n(pending_.begin() + static_cast<std::ptrdiff_t>(taken_), count, buffer.begin());
      taken_ += count;
      return count;
    }
    if (content_) {
      const std::size_t count = TRY(read_content(buffer));
      if (count > 0) return count;
      continue;
    }
    if (closed_) return std::size_t{0};
    TRY(advance());
  }
}

}  // namespace mpk::archive
