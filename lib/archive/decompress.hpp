// Decompressor: gzip (RFC 1952), zstd (RFC 8878) and other streams, with a limit on what comes out.
#pragma once

#include "archive/source.hpp"
#include "base/limits.hpp"

#include <cstdint>
#include <memory>

namespace mpk::archive {

/// Layers are compressed by the first three; the rest is met in what people save models with.
enum class Compression { none, gzip, zstd, xz, lzma, bzip2, lz4 };

/// What may come out: at most `bytes`, and, beyond `slack`, at most `ratio` times what went in.
struct DecompressLimits {
  std::uint64_t bytes = limits::kArchiveBytes;
  std::uint64_t ratio = limits::kArchiveRatio;
  std::uint64_t slack = limits::kArchiveSlack;
};

/// Several members or frames one after the other are one stream, as RFC 1952 §2.2 and RFC 8878 §3
/// have it. Not thread-safe.
class Decompressor {
 public:
  Decompressor(Source source, Compression compression, const DecompressLimits& limits = {});
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;
  ~Decompressor();

  /// Up to buffer.size() bytes; 0 at the end, when the source has ended as well. malformed: not of
  /// that compression, cut off, bytes after its end; too_large: over the limits; an error of the
  /// source as it is.
  Result<std::size_t> read(std::span<std::uint8_t> buffer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mpk::archive
