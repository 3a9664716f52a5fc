// Decompressor: libarchive's filters over its raw format.
#include "archive/decompress.hpp"

#include "archive/feed.hpp"
#include "archive/library.hpp"
#include "base/text.hpp"

#include <string>
#include <utility>

namespace mpk::archive {
namespace {

struct Filter {
  const char* name;
  int code;  // of libarchive
};

Filter filter_of(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return {"gzip", ARCHIVE_FILTER_GZIP};
    case Compression::zstd:
      return {"zstd", ARCHIVE_FILTER_ZSTD};
    case Compression::xz:
      return {"xz", ARCHIVE_FILTER_XZ};
    case Compression::lzma:
      return {"lzma", ARCHIVE_FILTER_LZMA};
    case Compression::bzip2:
      return {"bzip2", ARCHIVE_FILTER_BZIP2};
    case Compression::lz4:
      return {"lz4", ARCHIVE_FILTER_LZ4};
    case Compression::none:
      break;
  }
  return {"none", ARCHIVE_FILTER_NONE};
}

const char* name_of(Compression compression) { return filter_of(compression).name; }

void support(::archive* handle, Compression compression) {
  const auto& library = libarchive();
  if (compression == Compression::gzip) library.archive_read_support_filter_gzip(handle);
  if (compression == Compression::zstd) library.archive_read_support_filter_zstd(handle);
  if (compression == Compression::xz) library.archive_read_support_filter_xz(handle);
  if (compression == Compression::lzma) library.archive_read_support_filter_lzma(handle);
  if (compression == Compression::bzip2) library.archive_read_support_filter_bzip2(handle);
  if (compression == Compression::lz4) library.archive_read_support_filter_lz4(handle);
}

}  // namespace

struct Decompressor::Impl {
  Impl(Source source, Compression wanted, const DecompressLimits& limits)
      : direct(source), feed(std::move(source)), compression(wanted), caps(limits) {}

  Result<void> open();
  Result<void> check_limits() const;
  Result<void> finish();

  Source direct;  // for Compression::none, which needs no libarchive; else feed reads it
  Feed feed;
  Compression compression;
  DecompressLimits caps;
  ReadHandle handle;
  std::uint64_t out = 0;
  bool ended = false;
};

Result<void> Decompressor::Impl::open() {
  TRY(load_libarchive());
  handle.reset(libarchive().archive_read_new());
  if (!handle) return Error(ErrorKind::internal, "libarchive: out of memory");
  support(handle.get(), compression);
  libarchive().archive_read_support_format_raw(handle.get());
  ::archive_entry* entry = nullptr;
  if (feed.open(handle.get()) != ARCHIVE_OK ||
      libarchive().archive_read_next_header(handle.get(), &entry) != ARCHIVE_OK) {
    if (feed.total() == 0) TRY(feed.drain());
    return feed.error(handle.get(), name_of(compression));
  }
  const int expected = filter_of(compression).code;
  // libarchive would decode any other stream as it is, and one within another to the innermost.
  if (libarchive().archive_filter_count(handle.get()) != 2 ||
      libarchive().archive_filter_code(handle.get(), 0) != expected) {
    return Error(ErrorKind::malformed,
                 std::string("not a single ") + name_of(compression) + " stream");
  }
  return {};
}

Result<void> Decompressor::Impl::check_limits() const {
  const std::uint64_t in = feed.total();
  const bool over_ratio =
      compression != Compression::none && out > caps.slack && in < out / caps.ratio;
  if (out <= caps.bytes && !over_ratio) return {};
  return Error(ErrorKind::too_large,
               human_size(out) + " come out of " + human_size(in) +
                   (over_ratio ? ", more than " + std::to_string(caps.ratio) + " times as much"
                               : ", at most " + human_size(caps.bytes) + " are taken"),
               "a stream that grows like this is made to fill disks");
}

// Bytes behind the last member are no part of the stream: another tool may read them.
Result<void> Decompressor::Impl::finish() {
  ended = true;
  TRY(feed.drain());
  const auto used = libarchive().archive_filter_bytes(handle.get(), -1);
  if (used < 0 || static_cast<std::uint64_t>(used) != feed.total()) {
    return Error(ErrorKind::malformed,
                 std::string("bytes after the end of the ") + name_of(compression) + " stream");
  }
  return {};
}

Decompressor::Decompressor(Source source, Compression compression, const DecompressLimits& limits)
    : impl_(std::make_unique<Impl>(std::move(source), compression, limits)) {}
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;
Decompressor::~Decompressor() = default;

Result<std::size_t> Decompressor::read(std::span<std::uint8_t> buffer) {
  auto& self = *impl_;
  if (self.ended) return std::size_t{0};
  if (self.compression == Compression::none) {
    const std::size_t count = TRY(self.direct(buffer));
    self.out += count;
    TRY(self.check_limits());
    return count;
  }
  if (!self.handle) TRY(self.open());
  const la_ssize_t count =
      libarchive().archive_read_data(self.handle.get(), buffer.data(), buffer.size());
  if (count < 0) return self.feed.error(self.handle.get(), name_of(self.compression));
  self.out += static_cast<std::uint64_t>(count);
  TRY(self.check_limits());
  if (count == 0) TRY(self.finish());
  return static_cast<std::size_t>(count);
}

}  // namespace mpk::archive
