// Background: what is begun is done when its thread is gone.
#include "base/background.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/resource.h>

#include <atomic>
#include <stdexcept>
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

TEST_CASE("what is begun early may run on each processor that its caller may run on") {
  cpu_set_t own;
  REQUIRE(sched_getaffinity(0, sizeof(own), &own) == 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(sched_getcpu()), &one);
  for (const cpu_set_t& allowed : {own, one}) {
    REQUIRE(sched_setaffinity(0, sizeof(allowed), &allowed) == 0);
    std::atomic<bool> moved{false};
    cpu_set_t found;
    CPU_ZERO(&found);
    auto begun = begin_early([&] {
      moved.wait(false);
      static_cast<void>(sched_getaffinity(0, sizeof(found), &found));
    });
    moved = true;
    moved.notify_all();
    begun.join();
    CHECK(CPU_EQUAL(&found, &allowed));
  }
  REQUIRE(sched_setaffinity(0, sizeof(own), &own) == 0);
}

TEST_CASE("work that throws is left to whoever needs it") {
  begin_early([] { throw std::runtime_error("no"); }).join();
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
