// Merkle trees: proofs by the algorithms of RFC 9162, a tree by the definitions of RFC 6962 §2.1.
#include "crypto/merkle.hpp"

#include "crypto/hash.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <string>

namespace mpk::crypto {
namespace {

constexpr std::size_t kHashSize = 32;
constexpr std::uint8_t kLeafPrefix = 0x00;
constexpr std::uint8_t kNodePrefix = 0x01;

Result<void> check_hash(BytesView hash, std::string_view what) {
  if (hash.size() == kHashSize) return {};
  return Error{ErrorKind::malformed, std::string(what) + ": expected a hash of 32 bytes, found " +
                                         std::to_string(hash.size())};
}

Error wrong_length(std::size_t found) {
  return Error{ErrorKind::malformed,
               "merkle proof does not have the length that the tree sizes ask for, found " +
                   std::to_string(found) + " hashes"};
}

std::size_t split(std::size_t size) { return std::bit_floor(size - 1); }  // the k of §2.1

Bytes subtree_root(std::span<const Bytes> leaves) {
  if (leaves.size() == 1) return leaves.front();
  const std::size_t left = split(leaves.size());
  return merkle_node_hash(subtree_root(leaves.first(left)), subtree_root(leaves.subspan(left)));
}

void subtree_path(std::span<const Bytes> leaves, std::size_t index, std::vector<Bytes>& path) {
  if (leaves.size() == 1) return;
  const std::size_t left = split(leaves.size());
  if (index < left) {
    subtree_path(leaves.first(left), index, path);
    path.push_back(subtree_root(leaves.subspan(left)));
  } else {
    subtree_path(leaves.subspan(left), index - left, path);
    path.push_back(subtree_root(leaves.first(left)));
  }
}

}  // namespace

Bytes merkle_leaf_hash(BytesView leaf) {
  Hasher hasher;
  hasher.update({&kLeafPrefix, 1});
  hasher.update(leaf);
  return hasher.finish().bytes();
}

Bytes merkle_node_hash(BytesView left, BytesView right) {
  Hasher hasher;
  hasher.update({&kNodePrefix, 1});
  hasher.update(left);
  hasher.update(right);
  return hasher.finish().bytes();
}

Result<Bytes> merkle_root_from_inclusion(std::uint64_t index, std::uint64_t size,
                                         BytesView leaf_hash, const std::vector<Bytes>& proof) {
  if (index >= size) {
    return Error{ErrorKind::malformed, "merkle proof: index " + std::to_string(index) +
                                           " is not in a tree of " + std::to_string(size)};
  }
  TRY(check_hash(leaf_hash, "merkle leaf"));
  // Below the point where the paths of this leaf and the last one meet, every level has a sibling;
  // above it, only the levels at which the path turns left.
  const auto inner = static_cast<std::size_t>(std::bit_width(index ^ (size - 1)));
  const auto border = inner == 64 ? 0 : static_cast<std::size_t>(std::popcount(index >> inner));
  if (proof.size() != inner + border) return wrong_length(proof.size());
  Bytes root(leaf_hash.begin(), leaf_hash.end());
  for (std::size_t level = 0; level < proof.size(); ++level) {
    const Bytes& sibling = proof[level];
    TRY(check_hash(sibling, "merkle proof"));
    const bool from_left = level >= inner || ((index >> level) & 1) != 0;
    root = from_left ? merkle_node_hash(sibling, root) : merkle_node_hash(root, sibling);
  }
  return root;
}

Result<void> merkle_verify_consistency(std::uint64_t first_size, std::uint64_t second_size,
                                       BytesView first_root, BytesView second_root,
                                       const std::vector<Bytes>& proof) {
  const auto same = [](BytesView a, BytesView b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  };
  const Error inconsistent(ErrorKind::untrusted, "log of " + std::to_string(second_size) +
                                                     " entries does not continue the one of " +
                                                     std::to_string(first_size));
  if (first_size > second_size) {
    return Error{ErrorKind::malformed,
                 "merkle proof: the first tree has " + std::to_string(first_size) +
                     " leaves, the second only " + std::to_string(second_size)};
  }
  TRY(check_hash(first_root, "merkle root"));
  TRY(check_hash(second_root, "merkle root"));
  for (const Bytes& hash : proof) TRY(check_hash(hash, "merkle proof"));
  // RFC 9162 leaves both cases open; there is nothing to prove in either.
  if (first_size == 0 || first_size == second_size) {
    if (!proof.empty()) return wrong_length(proof.size());
    const Bytes expected =
        first_size == 0 ? MerkleTree().root() : Bytes(second_root.begin(), second_root.end());
    if (!same(first_root, expected)) return inconsistent;
    return {};
  }
  // RFC 9162 §2.1.4.2, with its names.
  std::uint64_t fn = first_size - 1;
  std::uint64_t sn = second_size - 1;
  const int shared = std::countr_one(fn);
  fn = shared == 64 ? 0 : fn >> shared;
  sn = shared == 64 ? 0 : sn >> shared;
  const bool implied = std::has_single_bit(first_size);  // the first root is the proof's first hash
  if (!implied && proof.empty()) return wrong_length(proof.size());
  Bytes fr = implied ? Bytes(first_root.begin(), first_root.end()) : proof.front();
  Bytes sr = fr;
  for (std::size_t i = implied ? 0 : 1; i < proof.size(); ++i) {
    if (sn == 0) return wrong_length(proof.size());
    if ((fn & 1) != 0 || fn == sn) {
      fr = merkle_node_hash(proof[i], fr);
      sr = merkle_node_hash(proof[i], sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = merkle_node_hash(sr, proof[i]);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return wrong_length(proof.size());
  if (!same(fr, first_root) || !same(sr, second_root)) return inconsistent;
  return {};
}

std::uint64_t MerkleTree::append(BytesView leaf) {
  leaves_.push_back(merkle_leaf_hash(leaf));
  return leaves_.size() - 1;
}

Bytes MerkleTree::root() const {
  return leaves_.empty() ? sha256(BytesView{}).bytes() : subtree_root(leaves_);
}

std::vector<Bytes> MerkleTree::inclusion_proof(std::uint64_t index) const {
  std::vector<Bytes> path;
  subtree_path(leaves_, static_cast<std::size_t>(index), path);
  return path;
}

}  // namespace mpk::crypto
