// Tests of the map of a zip: places, 64-bit sizes, what does not count as one.
#include "scan/zip_map.hpp"

#include "scan/test_pickles.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::scan;
using namespace mpk::scan::test;

namespace {

std::optional<ZipMap> map_of(const std::string& bytes) {
  auto out = map_zip(*memory_content(bytes));
  REQUIRE(out.has_value());
  return out.take();
}

}  // namespace

TEST_CASE("the members of a zip are found where they are, before and behind included") {
  const auto bytes = zip({{"a", "first"}, {"b", "second"}});
  const auto plain = map_of(bytes);
  REQUIRE(plain.has_value());
  CHECK(plain->oddities.empty());
  REQUIRE(plain->members.size() == 2);
  CHECK(bytes.substr(plain->members[1].data, plain->members[1].packed) == "second");
  CHECK(plain->begin == 0);
  CHECK(plain->end == bytes.size());
  for (const bool shifted : {true, false}) {
    const auto odd =
        map_of(zip({{"a", "first"}}, {.before = "12345", .behind = "67", .shifted = shifted}));
    REQUIRE(odd.has_value());
    CHECK(odd->begin == 5);
    CHECK(odd->members.at(0).data == 5 + 30 + 1);
  }
}

TEST_CASE("sizes of 64 bits come from the extra field and the second end record") {
  const std::string content = "hello", name = "big";
  const std::string extra = le(1, 2) + le(24, 2) + le(5, 8) + le(5, 8) + le(0, 8);
  const std::string local = "PK\x03\x04" + le(45, 2) + le(0, 8) + le(0, 4) + le(0xffffffff, 4) +
                            le(0xffffffff, 4) + le(3, 2) + le(20, 2) + name + le(1, 2) + le(16, 2) +
                            le(5, 8) + le(5, 8) + content;
  const std::string central = "PK\x01\x02" + le(45, 2) + le(45, 2) + le(0, 8) + le(0, 4) +
                              le(0xffffffff, 4) + le(0xffffffff, 4) + le(3, 2) + le(28, 2) +
                              le(0, 2) + le(0, 2) + le(0, 2) + le(0, 4) + le(0xffffffff, 4) + name +
                              extra;
  const auto at = local.size() + central.size();
  const std::string end64 = "PK\x06\x06" + le(44, 8) + le(45, 2) + le(45, 2) + le(0, 8) + le(1, 8) +
                            le(1, 8) + le(central.size(), 8) + le(local.size(), 8);
  const std::string end = "PK\x06\x07" + le(0, 4) + le(at, 8) + le(1, 4) + "PK\x05\x06" + le(0, 4) +
                          le(0xffff, 2) + le(0xffff, 2) + le(0xffffffff, 4) + le(0xffffffff, 4) +
                          le(0, 2);
  const auto map = map_of(local + central + end64 + end);
  REQUIRE(map.has_value());
  CHECK(map->oddities.empty());
  REQUIRE(map->members.size() == 1);
  CHECK(map->members[0].packed == 5);
  CHECK(map->members[0].size == 5);
  CHECK(map->begin == 0);
}

TEST_CASE("what only has the letters of a zip in it is none") {
  CHECK_FALSE(map_of("").has_value());
  CHECK_FALSE(map_of("PK").has_value());
  CHECK_FALSE(map_of("text about PK\x05\x06 and more of it, long enough for a record").has_value());
  CHECK_FALSE(map_of(std::string("PK\x05\x06") + std::string(18, '\0')).has_value());
}

TEST_CASE("a zip in a zip is one member, stored as it is") {
  const auto map = map_of(zip({{"inner.zip", zip({{"a", "x"}})}}));
  REQUIRE(map.has_value());
  CHECK(map->members.size() == 1);
  CHECK(map->oddities.empty());
}

TEST_CASE("two members that share bytes are told") {
  const auto bytes = zip({{"a", "first"}, {"b", "second"}});
  auto shared = bytes;
  // The second entry of the directory points to the first header.
  const auto central = bytes.rfind("PK\x01\x02");
  shared.replace(central + 42, 4, le(0, 4));
  const auto map = map_of(shared);
  REQUIRE(map.has_value());
  CHECK_FALSE(map->oddities.empty());
}
