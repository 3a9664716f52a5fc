// Tests of parallel_for: all indices once, a bound on the workers, the right error.
#include "base/parallel.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace mpk;

namespace {

void nap() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

Error failure(std::size_t index, ErrorKind kind = ErrorKind::network) {
  return {kind, "item " + std::to_string(index)};
}

}  // namespace

TEST_CASE("every index is worked on exactly once, whatever the number of workers") {
  for (const std::size_t workers : {0U, 1U, 2U, 7U, 500U}) {
    CAPTURE(workers);
    std::array<std::atomic<int>, 100> calls{};
    CHECK(parallel_for(calls.size(), workers, {}, [&](std::size_t i) -> Result<void> {
      ++calls[i];
      return {};
    }));
    for (const auto& count : calls) CHECK(count == 1);
  }
}

TEST_CASE("nothing to do succeeds without a call") {
  CHECK(parallel_for(0, 4, {}, [](std::size_t i) -> Result<void> { return failure(i); }));
}

TEST_CASE("no more than the given number of workers run at a time, and that many do") {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  CHECK(parallel_for(30, 3, {}, [&](std::size_t) -> Result<void> {
    const int now = ++running;
    int seen = most;
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    --running;
    return {};
  }));
  CHECK(most == 3);
}

TEST_CASE("one worker goes by order of index in the calling thread") {
  std::vector<std::size_t> order;
  const auto caller = std::this_thread::get_id();
  CHECK(parallel_for(5, 1, {}, [&](std::size_t i) -> Result<void> {
    CHECK(std::this_thread::get_id() == caller);
    order.push_back(i);
    return {};
  }));
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 3, 4});
}

TEST_CASE("the lowest failed index gives the error, though a higher one failed first") {
  std::atomic<bool> later_failed{false};
  const auto outcome = parallel_for(2, 2, {}, [&](std::size_t i) -> Result<void> {
    if (i == 0) {
      while (!later_failed) nap();
    }
    if (i == 1) later_failed = true;
    return failure(i);
  });
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message() == "item 0");
}

TEST_CASE("after a failure no further index starts") {
  std::atomic<std::size_t> calls{0};
  const auto outcome = parallel_for(1000, 2, {}, [&](std::size_t i) -> Result<void> {
    ++calls;
    if (i == 3) return failure(i);
    nap();
    return {};
  });
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message() == "item 3");
  CHECK(calls < 20);
}

TEST_CASE("a failure does not set the token, so that siblings finish") {
  const CancelToken cancel;
  std::atomic<bool> sibling_finished{false};
  const auto outcome = parallel_for(2, 2, cancel, [&](std::size_t i) -> Result<void> {
    if (i == 1) return failure(i);
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    TRY(cancel.check());
    sibling_finished = true;
    return {};
  });
  CHECK(outcome.error().message() == "item 1");
  CHECK(sibling_finished);
  CHECK_FALSE(cancel.cancelled());
}

TEST_CASE("a cause is told rather than the cancellations around it") {
  std::atomic<bool> both_run{false};
  const auto outcome = parallel_for(2, 2, {}, [&](std::size_t i) -> Result<void> {
    if (i == 1) {
      both_run = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      return failure(i);
    }
    while (!both_run) nap();
    return failure(i, ErrorKind::cancelled);
  });
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message() == "item 1");
}

TEST_CASE("a set token starts nothing; one set on the way stops the rest") {
  CancelToken cancel;
  std::atomic<int> calls{0};
  const auto half_way = parallel_for(100, 1, cancel, [&](std::size_t i) -> Result<void> {
    ++calls;
    if (i == 9) cancel.cancel();
    return {};
  });
  CHECK(half_way.error().kind() == ErrorKind::cancelled);
  CHECK(calls == 10);
  const auto at_once = parallel_for(100, 4, cancel, [&](std::size_t) -> Result<void> {
    ++calls;
    return {};
  });
  CHECK(at_once.error().kind() == ErrorKind::cancelled);
  CHECK(calls == 10);
}

TEST_CASE("a token set by the last item cancels nothing") {
  const CancelToken cancel;
  CHECK(parallel_for(3, 1, cancel, [&](std::size_t i) -> Result<void> {
    if (i == 2) cancel.cancel();
    return {};
  }));
}

TEST_CASE("copies of a token share the flag, other tokens do not") {
  const CancelToken token;
  const CancelToken copy = token;
  const CancelToken other;
  CHECK(copy.check());
  token.cancel();
  CHECK(copy.check().error().kind() == ErrorKind::cancelled);
  CHECK(other.check());
}

TEST_CASE("an exception in the work becomes an internal error") {
  for (const std::size_t workers : {1U, 4U}) {
    const auto known = parallel_for(
        8, workers, {}, [](std::size_t) -> Result<void> { throw std::runtime_error("boom"); });
    REQUIRE_FALSE(known);
    CHECK(known.error().kind() == ErrorKind::internal);
    CHECK(known.error().message() == "unexpected exception: boom");
    const auto unknown = parallel_for(8, workers, {}, [](std::size_t) -> Result<void> { throw 1; });
    CHECK(unknown.error().kind() == ErrorKind::internal);
  }
}

TEST_CASE("a child of a token is cancelled with it, and not the other way round") {
  const CancelToken parent;
  const CancelToken child = parent.child();
  const CancelToken sibling = parent.child();
  child.cancel();
  CHECK(child.cancelled());
  CHECK_FALSE(parent.cancelled());
  CHECK_FALSE(sibling.cancelled());
  parent.cancel();
  CHECK(sibling.child().check().error().kind() == ErrorKind::cancelled);
}

TEST_CASE("a failure stops the siblings that look at the token, and is what is returned") {
  const CancelToken cancel;
  std::atomic<bool> waiting{false};
  const auto outcome =
      parallel_for(2, 2, cancel, [&](std::size_t i, const CancelToken& stop) -> Result<void> {
        if (i == 0) {
          waiting = true;
          while (!stop.cancelled()) std::this_thread::yield();
          return stop.check();
        }
        while (!waiting) std::this_thread::yield();
        return Error(ErrorKind::denied, "no");
      });
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind() == ErrorKind::denied);
  CHECK_FALSE(cancel.cancelled());
}
