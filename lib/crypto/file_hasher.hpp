// FileHasher: SHA-256 of a stream and, where it is wanted, SHA-512 of the same bytes, read once.
#pragma once

#include "crypto/hash.hpp"

#include <cstddef>
#include <optional>

namespace mpk::crypto {

/// How many streams to hash at a time where hashing decides, not a wire: two make a pair
/// (crypto/hash_pairs.hpp), and while one waits for its partner, another pair must be there to run.
std::size_t streams_at_a_time();

struct FileDigests {
  Digest sha256;
  std::optional<Digest> sha512 = {};  // where it was wanted
};

/// As Hasher: incremental, one stream, not thread-safe.
class FileHasher {
 public:
  explicit FileHasher(bool with_sha512) {
    if (with_sha512) sha512_.emplace(DigestAlgorithm::sha512);
  }
  void update(BytesView bytes);
  /// Ends the stream and starts a new, empty one.
  FileDigests finish();

 private:
  Hasher sha256_;
  std::optional<Hasher> sha512_;
};

}  // namespace mpk::crypto
