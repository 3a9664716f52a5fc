// Background: what is begun is done when its thread is gone.
#include "base/background.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <atomic>
#include <thread>

namespace mpk {

TEST_CASE("what is begun early runs beside its caller, which waits for it at the end") {
  std::atomic<bool> may_end{false}, done{false};
  std::thread::id where;
  {
    const auto begun = begin_early([&] {
      may_end.wait(false);
      where = std::this_thread::get_id();
      done = true;
    });
    REQUIRE(begun.joinable());
    CHECK_FALSE(done);
    may_end = true;
    may_end.notify_all();
  }
  CHECK(done);
  CHECK(where != std::this_thread::get_id());
}

TEST_CASE("what is less urgent gives way, and its caller does not") {
  const int before = getpriority(PRIO_PROCESS, 0);
  int normal = 0, low = 0;
  begin_early([&] { normal = getpriority(PRIO_PROCESS, 0); }).join();
  begin_early([&] { low = getpriority(PRIO_PROCESS, 0); }, Urgency::low).join();
  CHECK(normal == before);
  CHECK(low > before);
  CHECK(getpriority(PRIO_PROCESS, 0) == before);
}

}  // namespace mpk
