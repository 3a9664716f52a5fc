// Merkle trees of RFC 6962 §2: proofs to check, and a small tree that makes them.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <vector>

namespace mpk::crypto {

Bytes merkle_leaf_hash(BytesView leaf);                   // SHA-256(00 ‖ leaf)
Bytes merkle_node_hash(BytesView left, BytesView right);  // SHA-256(01 ‖ left ‖ right)

/// The root that an inclusion proof leads to (RFC 9162 §2.1.3.2). malformed: index ≥ size, or a
/// proof of the wrong length.
Result<Bytes> merkle_root_from_inclusion(std::uint64_t index, std::uint64_t size,
                                         BytesView leaf_hash, const std::vector<Bytes>& proof);

/// RFC 9162 §2.1.4.2. untrusted when the two roots are not consistent.
Result<void> merkle_verify_consistency(std::uint64_t first_size, std::uint64_t second_size,
                                       BytesView first_root, BytesView second_root,
                                       const std::vector<Bytes>& proof);

/// An append-only tree in memory: what the sandbox's logs stand on. Not thread-safe.
class MerkleTree {
 public:
  /// Returns the index.
  std::uint64_t append(BytesView leaf);
  std::uint64_t size() const { return leaves_.size(); }
  Bytes root() const;  // of the empty tree: SHA-256("")
  /// For the tree of the present size. index < size().
  std::vector<Bytes> inclusion_proof(std::uint64_t index) const;

 private:
  std::vector<Bytes> leaves_;  // leaf hashes
};

}  // namespace mpk::crypto
