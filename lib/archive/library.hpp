// libarchive's functions, loaded when the first of them is needed; private to this module.
#pragma once

#include "base/result.hpp"
#include "base/shared_library.hpp"

#include <archive.h>
#include <archive_entry.h>

namespace mpk::archive {

#define MPK_ARCHIVE_FUNCTIONS(F)       \
  F(archive_entry_copy_pathname)       \
  F(archive_entry_filetype)            \
  F(archive_entry_free)                \
  F(archive_entry_hardlink)            \
  F(archive_entry_new2)                \
  F(archive_entry_pathname)            \
  F(archive_entry_perm)                \
  F(archive_entry_set_filetype)        \
  F(archive_entry_set_gid)             \
  F(archive_entry_set_mtime)           \
  F(archive_entry_set_perm)            \
  F(archive_entry_set_size)            \
  F(archive_entry_set_uid)             \
  F(archive_entry_size)                \
  F(archive_entry_sparse_count)        \
  F(archive_error_string)              \
  F(archive_filter_bytes)              \
  F(archive_filter_code)               \
  F(archive_filter_count)              \
  F(archive_read_data)                 \
  F(archive_read_data_block)           \
  F(archive_read_free)                 \
  F(archive_read_new)                  \
  F(archive_read_next_header)          \
  F(archive_read_open2)                \
  F(archive_read_support_filter_bzip2) \
  F(archive_read_support_filter_gzip)  \
  F(archive_read_support_filter_lz4)   \
  F(archive_read_support_filter_lzma)  \
  F(archive_read_support_filter_xz)    \
  F(archive_read_support_filter_zstd)  \
  F(archive_read_support_format_raw)   \
  F(archive_read_support_format_tar)   \
  F(archive_write_free)                \
  F(archive_write_header)              \
  F(archive_write_new)                 \
  F(archive_write_open)                \
  F(archive_write_set_bytes_per_block) \
  F(archive_write_set_format_pax_restricted)

MPK_LIBRARY_TABLE(ArchiveLibrary, MPK_ARCHIVE_FUNCTIONS);

/// Loads it, once. Thread-safe. not_found: it is not installed.
Result<void> load_libarchive();
/// After load_libarchive() was right.
const ArchiveLibrary& libarchive();

}  // namespace mpk::archive
