// Tests of raw DEFLATE, and of the compressions that layers do not have.
#include "archive/deflate.hpp"

#include "archive/decompress.hpp"
#include "archive/test_archives.hpp"
#include "base/bytes.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

using namespace mpk;
using namespace mpk::archive;

namespace {

Result<std::string> unpacked(Source source, Compression compression) {
  Decompressor decompressor(std::move(source), compression);
  std::string out;
  Bytes buffer(100);
  while (true) {
    const std::size_t count = TRY(decompressor.read(buffer));
    if (count == 0) return out;
    out += as_text(BytesView(buffer).first(count));
  }
}

/// A stored block (RFC 1951 §3.2.4).
constexpr std::string_view kStored("\x01\x05\x00\xfa\xffhello", 10);

}  // namespace

TEST_CASE("a raw DEFLATE stream is read, whatever its container says of it") {
  CHECK(unpacked(as_gzip(test::source_of(std::string(kStored), 3)), Compression::gzip).value() ==
        "hello");
}

TEST_CASE("a DEFLATE stream that is cut off, or goes on behind its end, is refused") {
  for (std::size_t size = 0; size + 1 < kStored.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(
        unpacked(as_gzip(test::source_of(std::string(kStored.substr(0, size)))), Compression::gzip)
            .has_value());
  }
  CHECK_FALSE(unpacked(as_gzip(test::source_of(std::string(kStored) + std::string(20, 'x'))),
                       Compression::gzip)
                  .has_value());
}

TEST_CASE("the compressions of saved models are read, and one is not taken for another") {
  const auto kinds = {Compression::gzip, Compression::zstd,  Compression::xz,
                      Compression::lzma, Compression::bzip2, Compression::lz4};
  const std::string text(5000, 't');
  for (const auto kind : kinds) {
    CAPTURE(static_cast<int>(kind));
    const auto packed = test::compressed(text, kind);
    CHECK(unpacked(test::source_of(packed), kind).value() == text);
    CHECK_FALSE(unpacked(test::source_of(packed.substr(0, packed.size() / 2)), kind).has_value());
    for (const auto other : kinds) {
      if (other != kind) CHECK_FALSE(unpacked(test::source_of(packed), other).has_value());
    }
  }
}
