// Tests of TarReader: what others write is read, what could harm is refused by name.
#include "archive/tar_reader.hpp"

#include "archive/test_archives.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <iomanip>
#include <ostream>
#include <span>
#include <sstream>

using namespace mpk;
using namespace mpk::archive;
using mpk::archive::test::Entry;
using mpk::archive::test::source_of;
using mpk::archive::test::tar;

namespace {

struct Item {
  TarEntry entry;
  std::string content;
};

Result<std::vector<Item>> all(const std::string& bytes, Compression compression = Compression::none,
                              const TarLimits& limits = {}) {
  TarReader reader(source_of(bytes), compression, limits);
  std::vector<Item> out;
  while (true) {
    auto entry = TRY(reader.next());
    if (!entry) return out;
    std::string content;
    while (true) {
      const BytesView piece = TRY(reader.read());
      if (piece.empty()) break;
      content.append(as_text(piece));
    }
    out.push_back({*std::move(entry), std::move(content)});
  }
}

std::string long_path() {
  return std::string(120, 'd') + "/" + std::string(120, 'e') + "/" + std::string(120, 'f');
}

}  // namespace

TEST_CASE("files and folders are read in their order, under every compression") {
  const std::vector<Entry> entries = {
      {.path = "./", .type = AE_IFDIR, .mode = 0755},
      {.path = "./a/", .type = AE_IFDIR, .mode = 0700},
      {.path = "./a/run", .content = "#!/bin/sh\n", .mode = 0755},
      {.path = "empty"},
      {.path = "\xc3\xa9/big", .content = std::string(300'000, 'w')},
      {.path = long_path(), .content = "long"},
      {.path = "a..b", .content = "dots", .mode = 0600},
  };
  for (const auto compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    CAPTURE(static_cast<int>(compression));
    const auto items = all(tar(entries, compression), compression);
    REQUIRE(items.has_value());
    REQUIRE(items->size() == 6);
    CHECK(items->at(0).entry.path == "a");
    CHECK(items->at(0).entry.directory);
    CHECK(items->at(1).entry.path == "a/run");
    CHECK_FALSE(items->at(1).entry.directory);
    CHECK(items->at(1).entry.mode == 0755);
    CHECK(items->at(1).content == "#!/bin/sh\n");
    CHECK(items->at(2).entry.size == 0);
    CHECK(items->at(2).entry.mode == 0644);
    CHECK(items->at(3).entry.path == "\xc3\xa9/big");
    CHECK(items->at(3).entry.size == 300'000);
    CHECK(items->at(3).content == std::string(300'000, 'w'));
    CHECK(items->at(4).entry.path == long_path());
    CHECK(items->at(4).content == "long");
    CHECK(items->at(5).entry.path == "a..b");
  }
}

TEST_CASE("what is not read of an entry is skipped") {
  TarReader reader(source_of(tar({{.path = "a", .content = std::string(5000, 'a')},
                                  {.path = "b", .content = "b"}})),
                   Compression::none);
  CHECK(reader.next().take()->path == "a");
  CHECK(reader.next().take()->path == "b");
  CHECK(as_text(reader.read().take()) == "b");
  CHECK(reader.read().take().empty());
  CHECK_FALSE(reader.next().take().has_value());
  CHECK_FALSE(reader.next().take().has_value());
}

TEST_CASE("links, devices, fifos and sockets are refused, and named") {
  const struct {
    const char* word;
    Entry entry;
  } rows[] = {
      {"symlink", {.path = "odd", .type = AE_IFLNK, .target = "/etc/passwd"}},
      {"hard link", {.path = "odd", .hard_link = "fine"}},
      {"device", {.path = "odd", .type = AE_IFCHR}},
      {"device", {.path = "odd", .type = AE_IFBLK}},
      {"fifo", {.path = "odd", .type = AE_IFIFO}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.word);
    const auto items = all(tar({{.path = "fine", .content = "x"}, row.entry}));
    REQUIRE_FALSE(items.has_value());
    CHECK(items.error().kind() == ErrorKind::malformed);
    CHECK(items.error().text().find("odd") != std::string::npos);
    CHECK(items.error().text().find(row.word) != std::string::npos);
  }
}

TEST_CASE("a path that leaves its folder, or is not clean, is refused") {
  for (const char* path :
       {"/etc/passwd", "../a", "a/../b", "a/..", "..", "a//b", "a\nb", "./../a", "a/./b", "./"}) {
    CAPTURE(path);
    const auto items = all(tar({{.path = path, .content = "x"}}));
    REQUIRE_FALSE(items.has_value());
    CHECK(items.error().kind() == ErrorKind::malformed);
  }
  CHECK_FALSE(all(tar({{.path = "../", .type = AE_IFDIR}})).has_value());
  CHECK_FALSE(all(tar({{.path = "/", .type = AE_IFDIR}})).has_value());
  for (const char* path : {"a..b", "..a", "a/b/c", "././a"}) {
    CAPTURE(path);
    CHECK(all(tar({{.path = path, .content = "x"}})).has_value());
  }
}

TEST_CASE("a path is there once, and is a file or a folder") {
  const Entry a{.path = "a", .content = "1"};
  const Entry in_a{.path = "a/b", .content = "1"};
  const Entry folder{.path = "a/", .type = AE_IFDIR};
  CHECK(all(tar({folder, folder, in_a})).has_value());
  CHECK(all(tar({in_a, folder})).has_value());
  CHECK(all(tar({a, {.path = "ab", .content = "2"}})).has_value());
  for (const auto& entries : std::vector<std::vector<Entry>>{
           {a, a}, {a, {.path = "./a"}}, {a, folder}, {folder, a}, {a, in_a}, {in_a, a}}) {
    CAPTURE(entries.front().path);
    CAPTURE(entries.back().path);
    const auto items = all(tar(entries));
    REQUIRE_FALSE(items.has_value());
    CHECK(items.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("special bits are told and not passed on") {
  for (const unsigned bits : {04000U, 02000U, 01000U, 07000U}) {
    const auto items = all(tar({{.path = "a", .mode = bits | 0755}, {.path = "b", .mode = 0777}}));
    REQUIRE(items.has_value());
    CHECK(items->at(0).entry.had_special_bits);
    CHECK(items->at(0).entry.mode == 0755);
    CHECK_FALSE(items->at(1).entry.had_special_bits);
    CHECK(items->at(1).entry.mode == 0755);
  }
}

TEST_CASE("an archive that is cut off, or followed by something, is refused") {
  const std::string whole = tar({{.path = "a", .content = std::string(3000, 'a')}});
  REQUIRE(all(whole).has_value());
  for (const std::size_t size : {100UL, 511UL, 512UL, 600UL, 3400UL}) {
    CAPTURE(size);
    const auto items = all(whole.substr(0, size));
    REQUIRE_FALSE(items.has_value());
    CHECK(items.error().kind() == ErrorKind::malformed);
  }
  CHECK_FALSE(all("").has_value());
  CHECK_FALSE(all(std::string(2000, 'x')).has_value());
  CHECK(all(whole + std::string(10'240, '\0')).has_value());  // a record's padding
  CHECK_FALSE(all(whole + "x").has_value());
  CHECK_FALSE(all(whole + std::string(300'000, '\0') + "x").has_value());
  // What a reader that goes on behind the end would see.
  CHECK_FALSE(all(whole + tar({{.path = "hidden", .content = "x"}})).has_value());
  CHECK(all(whole.substr(0, whole.size() - 1024)).has_value());  // writers forget the end
}

TEST_CASE("limits are kept: entries, bytes and ratio") {
  const auto two = tar({{.path = "a"}, {.path = "b"}});
  CHECK(all(two, Compression::none, {.entries = 2}).has_value());
  CHECK(all(two, Compression::none, {.entries = 1}).error().kind() == ErrorKind::too_large);
  CHECK(all(two, Compression::none, {.bytes = {.bytes = two.size()}}).has_value());
  CHECK(all(two, Compression::none, {.bytes = {.bytes = two.size() - 1}}).error().kind() ==
        ErrorKind::too_large);
  const auto bomb = tar({{.path = "a", .content = std::string(4U << 20, '\0')}}, Compression::zstd);
  CHECK(all(bomb, Compression::zstd).has_value());
  CHECK(all(bomb, Compression::zstd, {.bytes = {.slack = 1U << 20}}).error().kind() ==
        ErrorKind::too_large);
}

TEST_CASE("a sparse file is refused, a whole one of its size is not") {
  const std::string content(4096, 's');
  CHECK(all(tar({{.path = "a", .content = content}})).has_value());
  const auto sparse = all(tar({{.path = "a", .content = content, .sparse = true}}));
  REQUIRE_FALSE(sparse.has_value());
  CHECK(sparse.error().text().find("sparse") != std::string::npos);
}

TEST_CASE("a name that is not UTF-8 is refused") {
  std::string bytes = tar({{.path = "Z", .content = "x"}});
  REQUIRE(all(bytes).has_value());
  bytes[0] = '\xff';
  const unsigned sum = static_cast<unsigned>(std::stoul(bytes.substr(148, 6), nullptr, 8));
  std::ostringstream field;  // POSIX.1-2017 pax: chksum, six octal digits
  field << std::oct << std::setw(6) << std::setfill('0') << sum + 0xff - 'Z';
  bytes.replace(148, 6, field.str());
  const auto items = all(bytes);
  REQUIRE_FALSE(items.has_value());
  CHECK(items.error().text().find("UTF-8") != std::string::npos);
}

TEST_CASE("an error of the source comes through as it is, at any place") {
  const std::string whole = tar({{.path = "a", .content = std::string(300'000, 'a')}});
  for (const std::size_t size : {0UL, 512UL, 200'000UL, whole.size()}) {
    CAPTURE(size);
    auto inner = source_of(whole.substr(0, size));
    TarReader reader(
        [inner](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
          const std::size_t count = TRY(inner(buffer));
          if (count == 0) return Error(ErrorKind::mismatch, "the digest differs");
          return count;
        },
        Compression::none);
    Result<void> outcome;
    for (int i = 0; i < 1000 && outcome; ++i) {
      auto entry = reader.next();
      if (!entry) outcome = Error(entry.error());
    }
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().kind() == ErrorKind::mismatch);
  }
}

namespace {

/// The header of a file of `size` bytes: the field in base-256 (GNU tar's), the checksum anew.
std::string header(const std::string& path, std::uint64_t size) {
  std::string out = tar({{.path = path}}).substr(0, 512);
  out[124] = '\x80';
  for (std::size_t i = 0; i < 11; ++i) {
    out[135 - i] = static_cast<char>(i < 8 ? (size >> (8 * i)) & 0xffU : 0U);
  }
  out.replace(148, 8, 8, ' ');
  unsigned sum = 0;
  for (const char c : out) sum += static_cast<unsigned char>(c);
  std::ostringstream text;
  text << std::oct << std::setw(6) << std::setfill('0') << sum;
  return out.replace(148, 8, text.str() + std::string("\0 ", 2));
}

}  // namespace

TEST_CASE("content that nobody reads is skipped, whatever size it claims") {
  constexpr std::uint64_t kSize = std::uint64_t{8} << 40;
  const std::string first = header("a", kSize);
  const std::string second = tar({{.path = "b", .content = "x"}});
  const std::uint64_t end = first.size() + kSize + second.size();
  for (const bool whole : {true, false}) {
    CAPTURE(whole);
    std::uint64_t position = 0, pulled = 0;
    const auto limit = whole ? end : first.size() + kSize / 2;  // or it is cut off
    const Source source = [&](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
      const auto count =
          static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), limit - position));
      for (std::size_t i = 0; i < count; ++i) {
        const auto at = position + i;
        char byte = 0;
        if (at < first.size()) byte = first[static_cast<std::size_t>(at)];
        if (at >= first.size() + kSize)
          byte = second[static_cast<std::size_t>(at - first.size() - kSize)];
        buffer[i] = static_cast<std::uint8_t>(byte);
      }
      position += count;
      pulled += count;
      return count;
    };
    const Skip skip = [&](std::uint64_t count) {
      count = std::min(count, limit - position);
      position += count;
      return count;
    };
    TarReader reader(source, Compression::none, {}, skip);
    CHECK(reader.next().value()->size == kSize);
    const auto next = reader.next();
    CHECK(next.has_value() == whole);
    if (whole) {
      CHECK(next.value()->path == "b");
      CHECK(as_text(reader.read().value()) == "x");
      CHECK_FALSE(reader.next().value().has_value());
    } else {
      CHECK(next.error().kind() == ErrorKind::malformed);
    }
    CHECK(pulled < (1U << 20));
  }
}
