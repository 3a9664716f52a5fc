// Tests of archive_source: one digest however it is read, each byte hashed once where nobody goes
// back.
#include "modelpack/archive_source.hpp"

#include "archive/test_archives.hpp"
#include "crypto/hash.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::modelpack;

namespace {

const std::vector<std::string> kContents = {std::string(100'000, 'a'), "", "third"};

struct Opened {
  explicit Opened(bool sha512 = false) {
    std::vector<mpk::archive::TarMember> members;
    for (std::size_t i = 0; i < kContents.size(); ++i)
      members.push_back({.path = "f" + std::to_string(i), .size = kContents[i].size()});
    source = ArchiveSource::create(
                 members, Timestamp(),
                 [](std::size_t i) -> Result<mpk::archive::Source> {
                   return mpk::archive::test::source_of(kContents[i]);
                 },
                 cancel, &stats, sha512)
                 .take();
  }
  std::string read(std::size_t at_most = SIZE_MAX) {
    std::string out;
    Bytes buffer(5000);
    while (out.size() < at_most) {
      const auto room = std::min(buffer.size(), at_most - out.size());
      const auto count = source->read(std::span(buffer).first(room)).take();
      if (count == 0) break;
      out.append(as_text({buffer.data(), count}));
    }
    return out;
  }
  Stats stats;
  CancelToken cancel;
  std::unique_ptr<ArchiveSource> source;
};

}  // namespace

TEST_CASE("the size is known before, and the digest is that of the bytes") {
  Opened one;
  const auto size = *one.source->size();
  const auto bytes = one.read();
  CHECK(bytes.size() == size);
  CHECK(size % 512 == 0);
  CHECK(one.source->digest().take() == crypto::sha256(bytes));
  CHECK(one.stats.bytes_hashed == size);
  // Again, for a second host: read, not hashed.
  REQUIRE(one.source->rewind());
  CHECK(one.read() == bytes);
  CHECK(one.stats.bytes_hashed == size);
}

TEST_CASE("the digest alone reads all of it") {
  Opened one, other;
  CHECK(one.source->digest().take() == crypto::sha256(other.read()));
}

TEST_CASE("reading goes on wherever a seek says") {
  const std::string whole = Opened().read();
  for (const std::size_t first : {std::size_t{0}, std::size_t{700}, std::size_t{60'000}}) {
    for (const std::size_t to :
         {std::size_t{0}, std::size_t{513}, whole.size() - 3, whole.size()}) {
      CAPTURE(first);
      CAPTURE(to);
      Opened one;
      CHECK(one.read(first) == whole.substr(0, first));
      REQUIRE(one.source->seek(to));
      CHECK(one.read() == whole.substr(to));
      CHECK(one.source->digest().take() == crypto::sha256(whole));
    }
  }
  Opened one;
  CHECK(one.source->seek(whole.size() + 1).error().kind() == ErrorKind::unsupported);
}

TEST_CASE("a cancelled archive ends at once") {
  Opened one;
  one.cancel.cancel();
  CHECK(one.source->digest().error().kind() == ErrorKind::cancelled);
}

TEST_CASE("SHA-512 is of the whole archive, also after going back, where it is wanted") {
  Opened plain;
  const auto bytes = plain.read();
  CHECK_FALSE(plain.source->sha512().has_value());
  Opened one(true);
  one.read(1000);
  REQUIRE(one.source->seek(0));
  CHECK(one.source->digest().take() == crypto::sha256(bytes));
  REQUIRE(one.source->sha512().has_value());
  CHECK(*one.source->sha512() == crypto::hash(DigestAlgorithm::sha512, as_bytes(bytes)));
}
