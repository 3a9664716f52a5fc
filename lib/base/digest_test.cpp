// Digest: what is accepted as the name of content, and what is not.
#include "base/digest.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;

namespace {

// The digests of the empty input.
constexpr std::string_view kEmpty256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string sha256(std::string_view hex) { return "sha256:" + std::string(hex); }

}  // namespace

TEST_CASE("a digest of each algorithm is parsed and printed unchanged") {
  for (const auto algorithm :
       {DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
    const auto text =
        std::string(to_string(algorithm)) + ":" + std::string(2 * digest_size(algorithm), 'a');
    CAPTURE(text);
    const auto digest = Digest::parse(text).take();
    CHECK(digest.algorithm() == algorithm);
    CHECK(digest.text() == text);
    CHECK(digest.bytes() == Bytes(digest_size(algorithm), 0xaa));
    CHECK(Digest::from_bytes(algorithm, digest.bytes()).value() == digest);
    CHECK_FALSE(Digest::parse(text + "a"));
    CHECK_FALSE(Digest::parse(std::string_view(text).substr(0, text.size() - 1)));
  }
}

TEST_CASE("the brief form shows twelve digits") {
  CHECK(Digest::parse(sha256(kEmpty256)).value().brief() == "sha256:e3b0c44298fc");
}

TEST_CASE("anything but lower-case hex of the right length is malformed") {
  const std::string upper = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
  for (const auto& text : {
           std::string(),
           std::string("sha256"),
           std::string("sha256:"),
           std::string(kEmpty256),
           sha256(upper),
           "SHA256:" + std::string(kEmpty256),
           "sha512:" + std::string(kEmpty256),
           std::string("md5:d41d8cd98f00b204e9800998ecf8427e"),
           " " + sha256(kEmpty256),
           sha256(kEmpty256) + "\n",
           "sha256::" + std::string(kEmpty256).substr(1),
           "sha256:../../" + std::string(58, 'a'),
           "sha256+b64:" + std::string(64, 'a'),
           "blake3:" + std::string(63, 'a'),
           sha256(std::string(63, 'a') + std::string(1, '\0')),
       }) {
    CAPTURE(text);
    const auto digest = Digest::parse(text);
    REQUIRE_FALSE(digest);
    CHECK(digest.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("a well-formed digest of another registered algorithm is unsupported, not malformed") {
  CHECK(Digest::parse("blake3:" + std::string(64, 'a')).error().kind() == ErrorKind::unsupported);
}

TEST_CASE("an error shows what was found without its control characters") {
  const auto error = Digest::parse("sha256:\x1b[2J").error();
  CHECK(error.text() == "digest \"sha256:\\x1b[2J\": expected 64 lower-case hex digits");
}

TEST_CASE("raw bytes of the wrong length make no digest") {
  CHECK(Digest::from_bytes(DigestAlgorithm::sha256, Bytes(32)).value().hex() ==
        std::string(64, '0'));
  for (const std::size_t size : {0U, 31U, 33U, 64U}) {
    CHECK(Digest::from_bytes(DigestAlgorithm::sha256, Bytes(size)).error().kind() ==
          ErrorKind::malformed);
  }
}

TEST_CASE("digests order by algorithm, then by value") {
  const auto a = Digest::parse(sha256(std::string(64, 'a'))).take();
  const auto b = Digest::parse(sha256(std::string(64, 'b'))).take();
  const auto c = Digest::parse("sha512:" + std::string(128, '0')).take();
  CHECK(a < b);
  CHECK(b < c);
  CHECK(a == Digest::parse(a.text()).value());
}
