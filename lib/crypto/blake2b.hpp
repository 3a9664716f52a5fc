// BLAKE2b with 64 bytes of digest (RFC 7693), for formats that name it; Digest does not, as no
// registry takes it.
#pragma once

#include "base/bytes.hpp"

#include <memory>

namespace mpk::crypto {

/// Incremental; one stream, not thread-safe.
class Blake2b {
 public:
  static constexpr std::size_t kSize = 64;
  Blake2b();
  Blake2b(Blake2b&&) noexcept;
  Blake2b& operator=(Blake2b&&) noexcept;
  ~Blake2b();
  void update(BytesView bytes);
  /// Ends the stream and starts a new, empty one.
  Bytes finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mpk::crypto
