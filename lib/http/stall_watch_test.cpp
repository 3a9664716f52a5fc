// When a transfer stands still.
#include "http/stall_watch.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace mpk::http {
namespace {

StallWatch::Time at(int seconds) { return StallWatch::Time{} + std::chrono::seconds(seconds); }

TEST_CASE("a transfer stalls when nothing moves for longer than the limit") {
  StallWatch watch(10);
  CHECK_FALSE(watch.stalled(0, false, false, at(0)));
  CHECK_FALSE(watch.stalled(0, false, false, at(10)));
  CHECK(watch.stalled(0, false, false, at(11)));
  CHECK_FALSE(watch.stalled(1, false, false, at(12)));
  CHECK_FALSE(watch.stalled(1, false, false, at(22)));
  CHECK(watch.stalled(1, false, false, at(23)));
}

TEST_CASE("time that the caller takes does not count") {
  StallWatch watch(10);
  CHECK_FALSE(watch.stalled(5, false, false, at(0)));
  CHECK_FALSE(watch.stalled(5, true, false, at(100)));
  CHECK_FALSE(watch.stalled(5, false, false, at(110)));
  CHECK(watch.stalled(5, false, false, at(111)));
}

TEST_CASE("after the last byte of a body the answer may take five times as long") {
  StallWatch watch(10);
  CHECK_FALSE(watch.stalled(5, false, true, at(0)));
  CHECK_FALSE(watch.stalled(5, false, true, at(50)));
  CHECK(watch.stalled(5, false, true, at(51)));
}

TEST_CASE("an answer may be given longer than that, and never less") {
  for (const auto& [asked, given] : {std::pair(70U, 70), std::pair(49U, 50)}) {
    StallWatch watch(10, asked);
    CHECK_FALSE(watch.stalled(5, false, true, at(0)));
    CHECK_FALSE(watch.stalled(5, false, true, at(given)));
    CHECK(watch.stalled(5, false, true, at(given + 1)));
    CHECK(watch.error("h").text() == "h: no byte moved for " + std::to_string(given) + " seconds");
  }
  StallWatch moving(10, 70);
  CHECK_FALSE(moving.stalled(5, false, false, at(0)));
  CHECK(moving.stalled(5, false, false, at(11)));
}

}  // namespace
}  // namespace mpk::http
