// Tests of Merkle proofs: the eight-leaf tree of certificate-transparency, and RFC 6962 §2.1
// naively.
#include "crypto/merkle.hpp"

#include "base/encoding.hpp"

#include <doctest/doctest.h>

#include <array>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::crypto;

namespace {

Bytes hex(std::string_view text) { return hex_decode(text).value(); }

std::vector<Bytes> hashes(std::initializer_list<std::string_view> texts) {
  std::vector<Bytes> out;
  for (const auto text : texts) out.push_back(hex(text));
  return out;
}

constexpr std::array<std::string_view, 8> kLeaves = {"",
                                                     "00",
                                                     "10",
                                                     "2021",
                                                     "3031",
                                                     "40414243",
                                                     "5051525354555657",
                                                     "606162636465666768696a6b6c6d6e6f"};
constexpr std::array<std::string_view, 9> kRoots = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

/// MTH(D[begin:end]) and SUBPROOF(m, D[begin:end], b), word for word from RFC 6962 §2.1.
struct Reference {
  std::vector<Bytes> leaves;

  static std::size_t half(std::size_t n) {
    std::size_t k = 1;
    while (k * 2 < n) k *= 2;
    return k;
  }
  Bytes root(std::size_t begin, std::size_t end) const {
    if (end - begin == 1) return merkle_leaf_hash(leaves[begin]);
    const std::size_t k = half(end - begin);
    return merkle_node_hash(root(begin, begin + k), root(begin + k, end));
  }
  std::vector<Bytes> consistency(std::size_t m, std::size_t begin, std::size_t end, bool b) const {
    if (m == end - begin) return b ? std::vector<Bytes>{} : std::vector<Bytes>{root(begin, end)};
    const std::size_t k = half(end - begin);
    auto proof =
        m <= k ? consistency(m, begin, begin + k, b) : consistency(m - k, begin + k, end, false);
    proof.push_back(m <= k ? root(begin + k, end) : root(begin, begin + k));
    return proof;
  }
};

Reference reference(std::size_t size) {
  Reference out;
  for (std::size_t i = 0; i < size; ++i) out.leaves.push_back(to_bytes(std::to_string(i)));
  return out;
}

constexpr std::size_t kSize = 18;  // past two powers of two

}  // namespace

TEST_CASE("a growing tree has the published roots") {
  MerkleTree tree;
  CHECK(hex_encode(tree.root()) == kRoots[0]);
  for (std::size_t i = 0; i < kLeaves.size(); ++i) {
    CHECK(tree.append(hex(kLeaves[i])) == i);
    CHECK(tree.size() == i + 1);
    CHECK(hex_encode(tree.root()) == kRoots[i + 1]);
  }
}

TEST_CASE("the published inclusion proofs lead to the root, those of a neighbour do not") {
  struct Case {
    std::uint64_t index, size;
    std::vector<Bytes> proof;
  };
  const std::array cases = {
      Case{0, 1, {}},
      Case{0, 8,
           hashes({"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                   "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                   "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"})},
      Case{5, 8,
           hashes({"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                   "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"})},
      Case{2, 3, hashes({"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"})},
      Case{1, 5,
           hashes({"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                   "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                   "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"})}};
  for (const Case& c : cases) {
    CAPTURE(c.index);
    const Bytes leaf = merkle_leaf_hash(hex(kLeaves[c.index]));
    const auto root = merkle_root_from_inclusion(c.index, c.size, leaf, c.proof);
    REQUIRE(root);
    CHECK(hex_encode(*root) == kRoots[c.size]);
    if (c.size == 1) continue;
    const std::uint64_t neighbour = c.index == 0 ? 1 : c.index - 1;
    const auto other = merkle_root_from_inclusion(neighbour, c.size, leaf, c.proof);
    CHECK((!other || *other != *root));
  }
}

TEST_CASE("every inclusion proof of a tree holds and every change to it does not") {
  MerkleTree tree;
  for (std::size_t size = 1; size <= kSize; ++size) {
    tree.append(as_bytes(std::to_string(size - 1)));
    REQUIRE(tree.root() == reference(size).root(0, size));
    for (std::uint64_t index = 0; index < size; ++index) {
      CAPTURE(size);
      CAPTURE(index);
      const Bytes leaf = merkle_leaf_hash(as_bytes(std::to_string(index)));
      const auto proof = tree.inclusion_proof(index);
      CHECK(merkle_root_from_inclusion(index, size, leaf, proof).value() == tree.root());
      for (std::size_t i = 0; i < proof.size(); ++i) {
        auto bent = proof;
        bent[i][31] ^= 1;
        CHECK(merkle_root_from_inclusion(index, size, leaf, bent).value() != tree.root());
        bent[i].pop_back();
        const auto cut = merkle_root_from_inclusion(index, size, leaf, bent);
        REQUIRE_FALSE(cut);
        CHECK(cut.error().kind() == ErrorKind::malformed);
      }
      auto longer = proof;
      longer.push_back(leaf);
      CHECK_FALSE(merkle_root_from_inclusion(index, size, leaf, longer));
      if (proof.empty()) continue;
      longer.resize(proof.size() - 1);
      CHECK_FALSE(merkle_root_from_inclusion(index, size, leaf, longer));
    }
  }
}

TEST_CASE("an index outside the tree is refused, the last one inside is not") {
  const Bytes leaf(32);
  CHECK_FALSE(merkle_root_from_inclusion(0, 0, leaf, {}));
  CHECK_FALSE(merkle_root_from_inclusion(1, 1, leaf, {}));
  CHECK_FALSE(merkle_root_from_inclusion(0, 1, Bytes(31), {}));
  // The largest trees: every bit of the index is in use.
  CHECK(merkle_root_from_inclusion(0, UINT64_MAX, leaf, std::vector<Bytes>(64, leaf)));
  CHECK(merkle_root_from_inclusion(UINT64_MAX - 1, UINT64_MAX, leaf, std::vector<Bytes>(63, leaf)));
  CHECK_FALSE(merkle_root_from_inclusion(0, UINT64_MAX, leaf, std::vector<Bytes>(63, leaf)));
  CHECK_FALSE(
      merkle_root_from_inclusion(UINT64_MAX, UINT64_MAX, leaf, std::vector<Bytes>(64, leaf)));
}

TEST_CASE("the published consistency proofs hold between their roots only") {
  struct Case {
    std::uint64_t first, second;
    std::vector<Bytes> proof;
  };
  const std::array cases = {
      Case{1, 1, {}},
      Case{1, 8,
           hashes({"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                   "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                   "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"})},
      Case{6, 8,
           hashes({"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                   "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"})},
      Case{2, 5,
           hashes({"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                   "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"})}};
  for (const Case& c : cases) {
    CAPTURE(c.first);
    const Bytes first = hex(kRoots[c.first]);
    const Bytes second = hex(kRoots[c.second]);
    CHECK(merkle_verify_consistency(c.first, c.second, first, second, c.proof));
    const Bytes other = hex(kRoots[3]);
    for (const auto& refused :
         {merkle_verify_consistency(c.first, c.second, other, second, c.proof),
          merkle_verify_consistency(c.first, c.second, first, other, c.proof)}) {
      REQUIRE_FALSE(refused);
      CHECK(refused.error().kind() == ErrorKind::untrusted);
    }
  }
}

TEST_CASE("every consistency proof of a growing tree holds and every change to it does not") {
  const Reference tree = reference(kSize);
  for (std::size_t second = 1; second <= kSize; ++second) {
    for (std::size_t first = 1; first <= second; ++first) {
      CAPTURE(first);
      CAPTURE(second);
      const Bytes a = tree.root(0, first);
      const Bytes b = tree.root(0, second);
      const auto proof = tree.consistency(first, 0, second, true);
      const auto verify = [&](const std::vector<Bytes>& hashes) {
        return merkle_verify_consistency(first, second, a, b, hashes);
      };
      CHECK(verify(proof));
      for (std::size_t i = 0; i < proof.size(); ++i) {
        auto bent = proof;
        bent[i][0] ^= 0x80;
        const auto refused = verify(bent);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind() == ErrorKind::untrusted);
        bent[i].push_back(0);
        CHECK(verify(bent).error().kind() == ErrorKind::malformed);
      }
      auto longer = proof;
      longer.push_back(a);
      CHECK_FALSE(verify(longer));
      if (proof.empty()) continue;
      longer.resize(proof.size() - 1);
      CHECK_FALSE(verify(longer));
    }
  }
}

TEST_CASE("an empty first tree continues into every tree, and no tree shrinks") {
  const Bytes empty = MerkleTree().root();
  const Bytes root = hex(kRoots[3]);
  CHECK(merkle_verify_consistency(0, 3, empty, root, {}));
  CHECK(merkle_verify_consistency(0, 0, empty, empty, {}));
  CHECK_FALSE(merkle_verify_consistency(0, 3, root, root, {}));
  CHECK_FALSE(merkle_verify_consistency(0, 3, empty, root, {root}));
  CHECK_FALSE(merkle_verify_consistency(3, 3, hex(kRoots[4]), root, {}));
  CHECK(merkle_verify_consistency(4, 3, hex(kRoots[4]), root, {}).error().kind() ==
        ErrorKind::malformed);
  CHECK_FALSE(merkle_verify_consistency(3, 3, Bytes(31), Bytes(31), {}));
}
