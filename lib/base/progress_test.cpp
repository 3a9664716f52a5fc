// Progress: the silent implementation and the counters.
#include "base/progress.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;

TEST_CASE("a silent task takes every call, also after its progress is gone") {
  auto progress = std::make_unique<NoProgress>();
  auto task = progress->start("model.safetensors", 100);
  const auto other = progress->start("", 0);
  REQUIRE(task);
  CHECK(task != other);
  progress.reset();
  task->advance(200);
  task->restart();
  task->done("pushed");
}

TEST_CASE("counters start at zero") {
  Stats stats;
  stats.bytes_read += 3;
  CHECK(stats.bytes_read == 3);
  CHECK(stats.bytes_hashed == 0);
  CHECK(stats.bytes_sent == 0);
  CHECK(stats.bytes_received == 0);
  CHECK(stats.requests == 0);
}
