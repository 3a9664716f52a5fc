// Hashing: SHA-256 with the processor's instructions where it has them, everything else by OpenSSL.
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"

#include <memory>

namespace mpk::crypto {

/// Incremental; one stream, not thread-safe. For public data: nothing is wiped. Threads that hash
/// SHA-256 at the same time, in pieces of 32 KiB and more, share the processor's unit for it
/// (hash_pairs.hpp): two files at once take little more CPU than one.
class Hasher {
 public:
  explicit Hasher(DigestAlgorithm algorithm = DigestAlgorithm::sha256);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();
  void update(BytesView bytes);
  /// Ends the stream and starts a new, empty one.
  Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

Digest hash(DigestAlgorithm algorithm, BytesView bytes);
Digest sha256(BytesView bytes);
Digest sha256(std::string_view text);

}  // namespace mpk::crypto
