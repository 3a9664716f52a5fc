// TarReader: a tar stream's files one after the other, as a stranger may have written them.
#pragma once

#include "archive/decompress.hpp"
#include "archive/source.hpp"
#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace mpk::archive {

struct TarEntry {
  std::string path;  // safe_relative_path; "./" before and "/" behind are taken off
  bool directory = false;
  std::uint64_t size = 0;
  unsigned mode = 0644;           // 0644 or 0755, by the owner's bit
  bool had_special_bits = false;  // setuid, setgid or sticky were there, and are not in `mode`
};

struct TarLimits {
  std::size_t entries = limits::kArchiveEntries;
  DecompressLimits bytes;
};

/// ustar, pax and GNU tar (POSIX.1-2017 pax, "ustar Interchange Format"). Not thread-safe.
///
/// Refused as malformed, by name: links, devices, fifos, sockets and sparse files; paths that
/// safe_relative_path refuses; a file that is there twice, or is a folder as well; what libarchive
/// can't read without a doubt; an archive that is cut off; bytes other than zeros behind its end.
/// An archive without its two closing blocks is taken, as by GNU tar: the digest of the layer says
/// whether it is whole. too_large: TarLimits.
class TarReader {
 public:
  /// `skip`: how content that is not read is passed over, unless the stream is compressed; empty:
  /// it is pulled like the rest.
  TarReader(Source source, Compression compression, const TarLimits& limits = {}, Skip skip = {});
  TarReader(TarReader&&) noexcept;
  TarReader& operator=(TarReader&&) noexcept;
  ~TarReader();

  /// The next file or folder; what was not read of the last one is skipped. nullopt: the end, and
  /// the source has been read to its own end. The archive's own folder ("./") is not reported.
  Result<std::optional<TarEntry>> next();
  /// The next piece of the entry, valid until the next call; empty at its end.
  Result<BytesView> read();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mpk::archive
