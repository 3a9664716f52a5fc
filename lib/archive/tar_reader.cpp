// TarReader: libarchive parses, what it reports is judged here.
#include "archive/tar_reader.hpp"

#include "archive/feed.hpp"
#include "archive/library.hpp"
#include "archive/utf8_locale.hpp"
#include "base/directory.hpp"
#include "base/text.hpp"

#include <map>
#include <string_view>
#include <utility>

namespace mpk::archive {
namespace {

Error bad_entry(std::string_view path, std::string_view why) {
  return {ErrorKind::malformed, "entry " + printable(path, 120) + ": " + std::string(why)};
}

/// What an entry is when it is neither a file nor a folder; empty: one of these.
std::string_view foreign_type(::archive_entry* entry) {
  if (libarchive().archive_entry_hardlink(entry) != nullptr) return "a hard link";
  if (libarchive().archive_entry_sparse_count(entry) > 0) return "a sparse file";
  switch (libarchive().archive_entry_filetype(entry)) {
    case AE_IFREG:
    case AE_IFDIR:
      return {};
    case AE_IFLNK:
      return "a symlink";
    case AE_IFCHR:
    case AE_IFBLK:
      return "a device";
    case AE_IFIFO:
      return "a fifo";
    case AE_IFSOCK:
      return "a socket";
    default:
      return "of an unknown type";
  }
}

/// `tar -C DIR .` writes "./" and "./a/"; nothing else is put right.
std::string_view without_dot(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  return path == "." ? std::string_view() : path;
}

}  // namespace

struct TarReader::Impl {
  Impl(Source source, Compression compression, const TarLimits& limits, Skip skip)
      : caps(limits),
        decoder(std::move(source), compression, limits.bytes),
        feed([this](std::span<std::uint8_t> buffer) { return decoder.read(buffer); },
             compression == Compression::none ? std::move(skip) : Skip()) {}

  Result<void> open();
  Result<std::optional<TarEntry>> judge(::archive_entry* entry);
  Result<void> remember(const TarEntry& entry);
  Result<void> finish();
  Error error() const { return feed.error(handle.get(), "tar"); }

  TarLimits caps;
  Decompressor decoder;
  Feed feed;
  ReadHandle handle;
  std::map<std::string, bool, std::less<>> seen;  // path, is a folder
  std::size_t count = 0;
  std::uint64_t left = 0;  // of the entry
  bool ended = false;
};

Result<void> TarReader::Impl::open() {
  TRY(load_libarchive());
  handle.reset(libarchive().archive_read_new());
  if (!handle) return Error(ErrorKind::internal, "libarchive: out of memory");
  libarchive().archive_read_support_format_tar(handle.get());
  if (feed.open(handle.get()) != ARCHIVE_OK) return error();
  return {};
}

// A path is one thing only, or two tools would extract the same archive differently.
Result<void> TarReader::Impl::remember(const TarEntry& entry) {
  const auto [at, fresh] = seen.emplace(entry.path, entry.directory);
  if (!fresh && !(at->second && entry.directory)) {
    return bad_entry(entry.path, "it is there a second time");
  }
  for (auto slash = entry.path.find('/'); slash != std::string::npos;
       slash = entry.path.find('/', slash + 1)) {
    const auto parent = seen.emplace(entry.path.substr(0, slash), true).first;
    if (!parent->second) return bad_entry(entry.path, "its folder is a file");
  }
  return {};
}

// nullopt: the archive's own folder.
Result<std::optional<TarEntry>> TarReader::Impl::judge(::archive_entry* entry) {
  const char* name = libarchive().archive_entry_pathname(entry);
  if (name == nullptr) return bad_entry("(unreadable)", "its name is not UTF-8");
  const std::string_view full = name;
  if (const auto type = foreign_type(entry); !type.empty()) {
    return bad_entry(full, std::string(type) + ", expected a file or a folder");
  }
  TarEntry out;
  out.directory = libarchive().archive_entry_filetype(entry) == AE_IFDIR;
  std::string_view path = without_dot(full);
  if (out.directory && path.ends_with('/')) path.remove_suffix(1);
  if (out.directory && path.empty() && full.starts_with('.')) return std::optional<TarEntry>();
  out.path = TRY(safe_relative_path(path));
  const auto size = libarchive().archive_entry_size(entry);
  if (size < 0) return bad_entry(full, "its size is negative");
  out.size = out.directory ? 0 : static_cast<std::uint64_t>(size);
  const auto mode = static_cast<unsigned>(libarchive().archive_entry_perm(entry));
  out.mode = out.directory || (mode & 0100U) != 0 ? 0755U : 0644U;
  out.had_special_bits = (mode & 07000U) != 0;
  TRY(remember(out));
  return std::optional(std::move(out));
}

Result<void> TarReader::Impl::finish() {
  ended = true;
  const auto end = libarchive().archive_filter_bytes(handle.get(), 0);
  TRY(feed.drain());
  if (end < 0 || feed.last_content() > static_cast<std::uint64_t>(end)) {
    return Error(ErrorKind::malformed, "tar: bytes after the end of the archive");
  }
  return {};
}

TarReader::TarReader(Source source, Compression compression, const TarLimits& limits, Skip skip)
    : impl_(std::make_unique<Impl>(std::move(source), compression, limits, std::move(skip))) {}
TarReader::TarReader(TarReader&&) noexcept = default;
TarReader& TarReader::operator=(TarReader&&) noexcept = default;
TarReader::~TarReader() = default;

Result<std::optional<TarEntry>> TarReader::next() {
  auto& self = *impl_;
  const Utf8Locale locale;
  if (!self.handle) TRY(self.open());
  while (!self.ended) {
    ::archive_entry* entry = nullptr;
    const int status = libarchive().archive_read_next_header(self.handle.get(), &entry);
    if (status == ARCHIVE_EOF) {
      TRY(self.finish());
      break;
    }
    // A warning means that something of the entry was not understood.
    if (status != ARCHIVE_OK) return self.error();
    if (++self.count > self.caps.entries) {
      return Error(ErrorKind::too_large,
                   "tar: more than " + std::to_string(self.caps.entries) + " entries");
    }
    auto judged = TRY(self.judge(entry));
    self.left = judged ? judged->size : 0;
    if (judged) return judged;
  }
  return std::optional<TarEntry>();
}

Result<BytesView> TarReader::read() {
  auto& self = *impl_;
  if (self.left == 0) return BytesView();
  const void* data = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int status = libarchive().archive_read_data_block(self.handle.get(), &data, &size, &offset);
  if (status != ARCHIVE_OK || size == 0 || size > self.left) {
    if (status == ARCHIVE_OK || status == ARCHIVE_EOF)
      return Error(ErrorKind::malformed, "tar: an entry is not as long as its header says");
    return self.error();
  }
  self.left -= size;
  return BytesView(static_cast<const std::uint8_t*>(data), size);
}

}  // namespace mpk::archive
