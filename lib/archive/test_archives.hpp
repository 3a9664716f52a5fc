// For tests: archives of any kind, also of kinds that nobody should take, as text.
#pragma once

#include "archive/decompress.hpp"
#include "archive/source.hpp"
#include "archive/utf8_locale.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::archive::test {

struct Entry {
  std::string path;
  std::string content = {};
  unsigned type = AE_IFREG;
  unsigned mode = 0644;
  std::string target = {};  // of a symlink
  std::string hard_link = {};
  bool sparse = false;  // `content` is the whole of it, and yet a list of its parts is written
};

inline la_ssize_t append(::archive* /*handle*/, void* out, const void* bytes, std::size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

inline void add_filter(::archive* handle, Compression compression) {
  if (compression == Compression::gzip) ::archive_write_add_filter_gzip(handle);
  if (compression == Compression::zstd) ::archive_write_add_filter_zstd(handle);
  if (compression == Compression::xz) ::archive_write_add_filter_xz(handle);
  if (compression == Compression::lzma) ::archive_write_add_filter_lzma(handle);
  if (compression == Compression::bzip2) ::archive_write_add_filter_bzip2(handle);
  if (compression == Compression::lz4) ::archive_write_add_filter_lz4(handle);
}

/// A pax archive with its entries as they are given.
inline std::string tar(const std::vector<Entry>& entries,
                       Compression compression = Compression::none) {
  const Utf8Locale locale;
  std::string out;
  ::archive* handle = ::archive_write_new();
  ::archive_write_set_format_pax_restricted(handle);
  add_filter(handle, compression);
  ::archive_write_set_bytes_in_last_block(handle, 1);
  REQUIRE(::archive_write_open(handle, &out, nullptr, &append, nullptr) == ARCHIVE_OK);
  for (const auto& each : entries) {
    ::archive_entry* entry = ::archive_entry_new2(handle);
    ::archive_entry_copy_pathname(entry, each.path.c_str());
    ::archive_entry_set_filetype(entry, each.type);
    ::archive_entry_set_perm(entry, each.mode);
    ::archive_entry_set_size(entry, static_cast<la_int64_t>(each.content.size()));
    if (!each.target.empty()) ::archive_entry_copy_symlink(entry, each.target.c_str());
    if (!each.hard_link.empty()) ::archive_entry_copy_hardlink(entry, each.hard_link.c_str());
    if (each.sparse) ::archive_entry_sparse_add_entry(entry, 512, 512);
    REQUIRE(::archive_write_header(handle, entry) == ARCHIVE_OK);
    ::archive_write_data(handle, each.content.data(), each.content.size());
    ::archive_entry_free(entry);
  }
  REQUIRE(::archive_write_close(handle) == ARCHIVE_OK);
  ::archive_write_free(handle);
  return out;
}

/// One member or frame.
inline std::string compressed(std::string_view bytes, Compression compression) {
  std::string out;
  ::archive* handle = ::archive_write_new();
  ::archive_write_set_format_raw(handle);
  add_filter(handle, compression);
  ::archive_write_set_bytes_in_last_block(handle, 1);
  REQUIRE(::archive_write_open(handle, &out, nullptr, &append, nullptr) == ARCHIVE_OK);
  ::archive_entry* entry = ::archive_entry_new();
  ::archive_entry_set_filetype(entry, AE_IFREG);
  REQUIRE(::archive_write_header(handle, entry) == ARCHIVE_OK);
  ::archive_write_data(handle, bytes.data(), bytes.size());
  ::archive_entry_free(entry);
  REQUIRE(::archive_write_close(handle) == ARCHIVE_OK);
  ::archive_write_free(handle);
  return out;
}

/// In pieces that fit no block.
inline Source source_of(std::string bytes, std::size_t piece = 777) {
  auto at = std::make_shared<std::size_t>(0);
  return [bytes = std::move(bytes), at, piece](std::span<std::uint8_t> buffer) {
    const std::size_t count = std::min({piece, buffer.size(), bytes.size() - *at});
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(*at), count, buffer.begin());
    *at += count;
    return Result<std::size_t>(count);
  };
}

}  // namespace mpk::archive::test
