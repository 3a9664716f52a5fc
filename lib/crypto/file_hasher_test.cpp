// Tests of file_hasher: both digests are those of the same bytes, however they come.
#include "crypto/file_hasher.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <ostream>

using namespace mpk;
using namespace mpk::crypto;

namespace {

Bytes content(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return out;
}

}  // namespace

TEST_CASE("both digests are those of all bytes, in one piece or in many") {
  for (const std::size_t size : {0U, 1U, 262'143U, 262'144U, 262'145U, 1'000'000U}) {
    CAPTURE(size);
    const auto bytes = content(size);
    const BytesView view(bytes);
    const auto sha256_of_all = sha256(view);
    const auto sha512_of_all = hash(DigestAlgorithm::sha512, view);
    FileHasher hasher(true);
    for (int pass = 0; pass < 2; ++pass) {  // the second: a finished one starts anew
      hasher.update(view.first(size / 3));
      hasher.update(view.subspan(size / 3));
      const auto found = hasher.finish();
      CHECK(found.sha256 == sha256_of_all);
      REQUIRE(found.sha512.has_value());
      CHECK(*found.sha512 == sha512_of_all);
    }
  }
}

TEST_CASE("SHA-512 is there only where it was wanted") {
  FileHasher plain(false);
  plain.update(as_bytes("abc"));
  const auto found = plain.finish();
  CHECK(found.sha256 == sha256("abc"));
  CHECK_FALSE(found.sha512.has_value());
}
