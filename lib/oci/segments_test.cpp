// Tests of Segments: every byte is claimed by one, and what is there is known.
#include "oci/segments.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <random>

using namespace mpk;
using namespace mpk::oci;

namespace {

void fill(Segments& segments, const Extent& claim) {
  segments.wrote(claim.offset, segments.take(claim.offset, claim.size));
}

}  // namespace

TEST_CASE("claims come from the lowest gap, within their limits") {
  Segments segments(100, {{.offset = 10, .size = 20}, {.offset = 50, .size = 10}});
  CHECK(segments.claim(100, 100) == Extent{0, 10});
  CHECK(segments.claim(100, 5) == Extent{30, 5});
  CHECK_FALSE(segments.claim(35, 100));
  CHECK(segments.claim(36, 100) == Extent{35, 15});
  CHECK(segments.claim(100, 100) == Extent{60, 40});
  CHECK_FALSE(segments.claim(100, 100));
  CHECK(segments.claimed() == 4);
}

TEST_CASE("a long claim is cut for others, and given back where the host gives no ranges") {
  Segments segments(100, {});
  REQUIRE(segments.claim(100, 100));
  segments.wrote(0, segments.take(0, 7));
  CHECK_FALSE(segments.cut(47));
  REQUIRE(segments.cut(10));
  CHECK(segments.take(0, 50) == 10);
  CHECK(segments.claim(100, 30) == Extent{17, 30});
  CHECK(segments.claim(100, 30) == Extent{47, 30});
  segments.give_back(47);
  segments.give_back(17);
  CHECK(segments.take(0, 50) == 50);
  CHECK_FALSE(segments.claim(100, 100));
}

TEST_CASE("what a claim that ends lacks is nobody's again") {
  Segments segments(100, {});
  REQUIRE(segments.claim(100, 40));
  REQUIRE(segments.claim(100, 40));
  segments.wrote(40, segments.take(40, 15));
  CHECK_FALSE(segments.release(40));
  CHECK(segments.extents() == std::vector<Extent>{{40, 15}});
  CHECK(segments.there_until(0) == 0);
  fill(segments, {0, 40});
  CHECK(segments.there_until(0) == 55);
  CHECK(segments.release(0));
  CHECK(segments.claim(100, 100) == Extent{55, 45});
  CHECK(segments.extents() == std::vector<Extent>{{0, 55}});
}

TEST_CASE("whatever is claimed, cut and released, every byte is written once") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    const std::uint64_t size = 1 + dice() % 500;
    Segments segments(size, {});
    std::vector<int> written(size);
    std::vector<Extent> open;  // offset, and how far it was written
    std::uint64_t hashed = 0;
    while (hashed < size) {
      const auto what = dice() % 5;
      if (what == 0 && open.size() < 4) {
        if (const auto got = segments.claim(hashed + 100, 1 + dice() % 60)) {
          open.push_back({got->offset, 0});
        }
      } else if (what == 1) {
        segments.cut(1 + dice() % 20);
      } else if (!open.empty()) {
        auto& one = open[dice() % open.size()];
        const auto count = segments.take(one.offset, dice() % 30);
        for (std::uint64_t i = 0; i < count; ++i) ++written[one.offset + one.size + i];
        segments.wrote(one.offset, count);
        one.size += count;
        if (dice() % 4 == 0) {
          segments.release(one.offset);
          one = open.back();
          open.pop_back();
        }
      }
      REQUIRE(segments.claimed() == open.size());
      hashed = segments.there_until(hashed);
    }
    CHECK(std::ranges::all_of(written, [](int times) { return times == 1; }));
    for (const auto& one : open) segments.release(one.offset);
    CHECK(segments.extents() == std::vector<Extent>{{0, size}});
  }
}
