// Tests of Decompressor: what was packed comes out, and no more than may.
#include "archive/decompress.hpp"

#include "archive/test_archives.hpp"
#include "base/bytes.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::archive;
using mpk::archive::test::compressed;
using mpk::archive::test::source_of;

namespace {

Result<std::string> all(const std::string& bytes, Compression compression,
                        const DecompressLimits& limits = {}) {
  Decompressor decompressor(source_of(bytes), compression, limits);
  std::string out;
  Bytes buffer(1000);
  while (true) {
    const std::size_t count = TRY(decompressor.read(buffer));
    if (count == 0) return out;
    out.append(as_text({buffer.data(), count}));
  }
}

const std::string kText = [] {
  std::string out;
  for (int i = 0; i < 5000; ++i) out += std::to_string(i) + "\n";
  return out;
}();

}  // namespace

TEST_CASE("gzip, zstd and plain streams come out as they went in") {
  for (const auto compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    for (const std::string& text : {kText, std::string("x"), std::string(300'000, 'z')}) {
      CAPTURE(static_cast<int>(compression));
      const auto packed = compressed(text, compression);
      CHECK(all(packed, compression).value_or("") == text);
      // RFC 1952 §2.2, RFC 8878 §3: members and frames follow each other.
      CHECK(all(packed + packed, compression).value_or("") == text + text);
    }
  }
  CHECK(all("", Compression::none).value_or("x").empty());
}

TEST_CASE("what is not the named compression is refused") {
  const auto gzip = compressed(kText, Compression::gzip);
  const auto zstd = compressed(kText, Compression::zstd);
  const struct {
    const char* name;
    std::string bytes;
    Compression compression;
  } rows[] = {
      {"plain text as gzip", kText, Compression::gzip},
      {"plain text as zstd", kText, Compression::zstd},
      {"zstd as gzip", zstd, Compression::gzip},
      {"gzip as zstd", gzip, Compression::zstd},
      {"nothing as gzip", "", Compression::gzip},
      {"gzip in gzip", compressed(gzip, Compression::gzip), Compression::gzip},
      {"gzip cut off", gzip.substr(0, gzip.size() - 9), Compression::gzip},
      {"zstd cut off", zstd.substr(0, zstd.size() - 9), Compression::zstd},
      {"bytes after gzip", gzip + "more", Compression::gzip},
      {"bytes after zstd", zstd + "more", Compression::zstd},
      {"a flipped gzip header", "x" + gzip.substr(1), Compression::gzip},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto out = all(row.bytes, row.compression);
    REQUIRE_FALSE(out.has_value());
    CHECK(out.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("a stream may grow up to the limits, and not a byte further") {
  const std::string zeros(4U << 20, '\0');
  for (const auto compression : {Compression::gzip, Compression::zstd}) {
    const auto bomb = compressed(zeros, compression);
    REQUIRE(bomb.size() < zeros.size() / 500);
    CHECK(all(bomb, compression).has_value());  // below the slack
    CHECK(all(bomb, compression, {.slack = 1U << 20}).error().kind() == ErrorKind::too_large);
    CHECK(all(bomb, compression, {.slack = zeros.size()}).has_value());
    CHECK(all(bomb, compression, {.slack = zeros.size() - 1}).error().kind() ==
          ErrorKind::too_large);
    CHECK(all(bomb, compression, {.bytes = zeros.size()}).has_value());
    CHECK(all(bomb, compression, {.bytes = zeros.size() - 1}).error().kind() ==
          ErrorKind::too_large);
  }
  CHECK(all(kText, Compression::none, {.bytes = kText.size()}).has_value());
  CHECK(all(kText, Compression::none, {.bytes = kText.size() - 1}).error().kind() ==
        ErrorKind::too_large);
  CHECK(all(kText, Compression::none, {.ratio = 1, .slack = 0}).has_value());
}

TEST_CASE("an error of the source comes through as it is") {
  for (const auto compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    Decompressor decompressor(
        [](auto) { return Result<std::size_t>(Error(ErrorKind::network, "reset")); }, compression);
    Bytes buffer(10);
    const auto out = decompressor.read(buffer);
    REQUIRE_FALSE(out.has_value());
    CHECK(out.error().kind() == ErrorKind::network);
    CHECK(out.error().message() == "reset");
  }
}
