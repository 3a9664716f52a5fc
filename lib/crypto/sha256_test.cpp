// Tests of mpk's own SHA-256 against NIST's examples and against OpenSSL's.
#include "crypto/hash.hpp"
#include "crypto/hash_pairs.hpp"
#include "crypto/sha256_blocks.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace mpk;
using namespace mpk::crypto;

namespace {

std::string by_openssl(BytesView bytes) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> value{};
  unsigned int size = 0;
  REQUIRE(EVP_Digest(bytes.data(), bytes.size(), value.data(), &size, EVP_sha256(), nullptr) == 1);
  return Digest::from_bytes(DigestAlgorithm::sha256, BytesView(value).first(size)).take().hex();
}

Bytes random_bytes(std::size_t size, std::mt19937& random) {
  Bytes out(size);
  std::ranges::generate(out, [&] { return static_cast<std::uint8_t>(random()); });
  return out;
}

std::string hashed_in_pieces(BytesView bytes, std::mt19937& random) {
  Hasher hasher;
  while (!bytes.empty()) {
    const auto count = std::min<std::size_t>(bytes.size(), random() % 200);
    hasher.update(bytes.first(count));
    bytes = bytes.subspan(count);
  }
  return hasher.finish().hex();
}

}  // namespace

// https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
TEST_CASE("SHA-256 gives NIST's example values") {
  struct Case {
    std::string message;
    const char* hex;
  };
  for (const auto& c : {
           Case{"\xbd", "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"},
           Case{"\xc9\x8c\x8e\x55",
                "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504"},
           Case{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
           Case{std::string(55, '\0'),
                "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"},
           Case{std::string(56, '\0'),
                "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"},
           Case{std::string(57, '\0'),
                "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785"},
           Case{std::string(64, '\0'),
                "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"},
           Case{std::string(1000, '\0'),
                "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53"},
           Case{std::string(1005, 'U'),
                "f4d62ddec0f3dd90ea1380fa16a5ff8dc4c54b21740650f24afc4120903552b0"},
           Case{std::string(1'000'000, 'a'),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
       }) {
    CHECK(sha256(c.message).hex() == c.hex);
  }
}

TEST_CASE("SHA-256 equals OpenSSL's for all lengths up to 1000 and any split") {
  std::mt19937 random(20261121);
  for (std::size_t size = 0; size <= 1000; ++size) {
    const auto bytes = random_bytes(size, random);
    const auto expected = by_openssl(bytes);
    CHECK(sha256(bytes).hex() == expected);
    CHECK(hashed_in_pieces(bytes, random) == expected);
  }
}

TEST_CASE("two streams at once each have their own value") {
  if (!has_sha256_instructions()) return;
  std::mt19937 random(7);
  for (std::size_t blocks = 0; blocks < 40; ++blocks) {
    const auto one = random_bytes(blocks * kSha256Block, random);
    const auto two = random_bytes(blocks * kSha256Block, random);
    // Not the start value: what was hashed before must survive.
    Sha256State state_one = kSha256Start;
    Sha256State state_two = kSha256Start;
    state_two.at(blocks % 8) ^= 0x80000001U;
    Sha256State alone_one = state_one;
    Sha256State alone_two = state_two;
    sha256_blocks(alone_one, one.data(), blocks);
    sha256_blocks(alone_two, two.data(), blocks);
    sha256_blocks_pair(state_one, one.data(), state_two, two.data(), blocks);
    CHECK(state_one == alone_one);
    CHECK(state_two == alone_two);
    CHECK((blocks == 0 || state_one != kSha256Start));
  }
}

TEST_CASE("two threads meet, and what one had more is hashed too") {
  if (!has_sha256_instructions()) return;
  HashPairs pairs(std::chrono::minutes(1));
  const HashPairs::Stream streams[] = {HashPairs::Stream(pairs), HashPairs::Stream(pairs)};
  std::mt19937 random(3);
  const Bytes contents[] = {random_bytes(1000 * kSha256Block, random),
                            random_bytes(1500 * kSha256Block, random)};
  Sha256State found[] = {kSha256Start, kSha256Start};
  Sha256State expected[] = {kSha256Start, kSha256Start};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto blocks = contents[i].size() / kSha256Block;
    sha256_blocks(expected[i], contents[i].data(), blocks);
    threads.emplace_back([&, i, blocks] { pairs.update(found[i], contents[i].data(), blocks); });
  }
  for (auto& thread : threads) thread.join();
  CHECK(found[0] == expected[0]);
  CHECK(found[1] == expected[1]);
  CHECK(pairs.paired_blocks() == 2000);
}

TEST_CASE("who waits in vain hashes alone") {
  if (!has_sha256_instructions()) return;
  HashPairs pairs(std::chrono::microseconds(10));
  const HashPairs::Stream streams[] = {HashPairs::Stream(pairs), HashPairs::Stream(pairs)};
  std::mt19937 random(5);
  const auto content = random_bytes(300 * kSha256Block, random);
  Sha256State found = kSha256Start;
  Sha256State expected = kSha256Start;
  for (int i = 0; i < 10; ++i) {
    pairs.update(found, content.data(), 300);
    sha256_blocks(expected, content.data(), 300);
  }
  CHECK(found == expected);
  CHECK(pairs.paired_blocks() == 0);
}

TEST_CASE("streams that have a processor each wait for nobody") {
  if (!has_sha256_instructions()) return;
  HashPairs pairs(std::chrono::hours(1), 2);
  std::vector<HashPairs::Stream> streams;
  for (int i = 0; i < 2; ++i) streams.emplace_back(pairs);
  Sha256State found = kSha256Start;
  const Bytes content(300 * kSha256Block, 7);
  pairs.update(found, content.data(), 300);
  CHECK(pairs.paired_blocks() == 0);
  // A third one has none: two of them go together.
  streams.emplace_back(pairs);
  Sha256State both[] = {kSha256Start, kSha256Start};
  std::vector<std::thread> threads;
  for (auto& state : both) threads.emplace_back([&] { pairs.update(state, content.data(), 300); });
  for (auto& thread : threads) thread.join();
  CHECK(pairs.paired_blocks() == 600);
  CHECK(both[0] == found);
  CHECK(both[1] == found);
}

TEST_CASE("threads that hash at the same time get their own digests") {
  constexpr std::size_t kThreads = 5;
  std::vector<Bytes> contents;
  std::vector<std::string> expected;
  std::mt19937 random(11);
  for (std::size_t i = 0; i < kThreads; ++i) {
    // Sizes differ, so that pairs have rests, and streams end while others go on.
    contents.push_back(random_bytes((4U << 20) + i * 700'001, random));
    expected.push_back(by_openssl(contents.back()));
  }
  std::vector<std::string> found(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      Hasher hasher;
      const BytesView all(contents[i]);
      const std::size_t piece = (64U << 10) + i * 4096 + i;
      for (std::size_t at = 0; at < all.size(); at += piece) {
        hasher.update(all.subspan(at, std::min(piece, all.size() - at)));
      }
      found[i] = hasher.finish().hex();
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(found == expected);
}

TEST_CASE("a stream that is alone waits for nobody") {
  if (!has_sha256_instructions()) return;
  const auto before = HashPairs::shared().paired_blocks();
  const Bytes bytes(8U << 20, 1);
  CHECK(sha256(bytes).hex() == by_openssl(bytes));
  CHECK(HashPairs::shared().paired_blocks() == before);
}
