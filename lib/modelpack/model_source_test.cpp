// Tests of model_source: seeks, what is hashed when, and the stamp as identity.
#include "modelpack/model_source.hpp"

#include "crypto/hash.hpp"
#include "modelpack/test_trees.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <ostream>
#include <vector>

using namespace mpk;
using namespace mpk::modelpack;
using test::Tree;

namespace {

constexpr std::size_t kSize = 500'000;

std::string content() {
  std::string text(kSize, '\0');
  for (std::size_t i = 0; i < kSize; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
  return text;
}

struct Opened {
  Opened() { tree.write("m.bin", content()); }
  ModelSource& source() {
    options.stats = &stats;
    sources.push_back(ModelSource::open(file, options, {}).take());
    return *sources.back();
  }
  Tree tree;
  WalkFile file{.path = "m.bin", .absolute = tree.at("m.bin"), .size = kSize};
  Stats stats;
  PackOptions options;
  std::vector<std::unique_ptr<ModelSource>> sources;
};

std::string read_at_most(ModelSource& source, std::size_t size) {
  std::string text;
  Bytes buffer(4096);
  while (text.size() < size) {
    const auto count =
        source.read(std::span(buffer).first(std::min(buffer.size(), size - text.size()))).take();
    if (count == 0) break;
    text.append(as_text({buffer.data(), count}));
  }
  return text;
}

}  // namespace

TEST_CASE("reading goes on wherever a seek says, and every byte is hashed once") {
  const struct {
    std::size_t read_first, seek;
    std::uint64_t read_in_all;
  } rows[] = {
      {0, 0, kSize},
      {0, 200'000, kSize},  // the gap is read on the way
      {100'000, 300'000, kSize},
      {300'000, 100'000, kSize + 200'000},
      {300'000, 0, kSize + 300'000},
      {kSize, kSize, kSize},
      {0, kSize, kSize},
  };
  for (const auto& row : rows) {
    CAPTURE(row.read_first);
    CAPTURE(row.seek);
    Opened opened;
    auto& source = opened.source();
    CHECK(read_at_most(source, row.read_first) == content().substr(0, row.read_first));
    REQUIRE(source.seek(row.seek));
    CHECK(read_at_most(source, kSize) == content().substr(row.seek));
    CHECK(source.digest().take() == crypto::sha256(content()));
    CHECK(opened.stats.bytes_hashed == kSize);
    CHECK(opened.stats.bytes_read == row.read_in_all);
  }
}

TEST_CASE("a digest that is asked for after a seek is of the whole file") {
  Opened opened;
  auto& source = opened.source();
  REQUIRE(source.seek(400'000));
  REQUIRE(source.seek(10));
  CHECK(source.digest().take() == crypto::sha256(content()));
  CHECK(opened.stats.bytes_hashed == kSize);
}

TEST_CASE("there is nothing behind the end to go on at") {
  Opened opened;
  auto& source = opened.source();
  CHECK(source.seek(kSize + 1).error().kind() == ErrorKind::unsupported);
  CHECK(source.digest().take() == crypto::sha256(content()));
}

TEST_CASE("a file is known again by its stamp, a changed one is another") {
  Opened opened;
  const auto before = opened.source().identity();
  CHECK_FALSE(before.empty());
  CHECK(opened.source().identity() == before);
  std::filesystem::last_write_time(
      opened.file.absolute, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  CHECK(opened.source().identity() != before);
}

TEST_CASE("SHA-512 comes from the same read, wherever a seek says, and only where it is wanted") {
  const auto expected = crypto::hash(DigestAlgorithm::sha512, as_bytes(content()));
  for (const std::uint64_t seek : {std::uint64_t{0}, std::uint64_t{200'000}}) {
    CAPTURE(seek);
    Opened opened;
    opened.options.sha512 = true;
    auto& source = opened.source();
    CHECK(read_at_most(source, 300'000).size() == 300'000);
    REQUIRE(source.seek(seek));
    CHECK(source.digest().take() == crypto::sha256(content()));
    REQUIRE(source.sha512().has_value());
    CHECK(*source.sha512() == expected);
    CHECK(opened.stats.bytes_hashed == kSize);
    CHECK(opened.stats.bytes_read == kSize + 300'000 - seek);
  }
  Opened opened;
  auto& source = opened.source();
  CHECK(source.digest().take() == crypto::sha256(content()));
  CHECK_FALSE(source.sha512().has_value());
}
