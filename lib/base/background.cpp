// Background: a thread, or nothing.
#include "base/background.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <system_error>
#include <utility>

namespace mpk {
namespace {

// A third of the processor's time beside one of normal urgency: on a busy machine, too, it must not
// starve. Of the calling thread alone: what POSIX says of the process, Linux does for the thread.
void give_way() {
  static_cast<void>(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 5));
}

}  // namespace

std::jthread begin_early(std::function<void()> work, Urgency urgency) {
  try {
    std::jthread thread([work = std::move(work), urgency] {
      if (urgency == Urgency::low) give_way();
      try {
        work();
      } catch (...) {
        return;  // who needs it meets the same
      }
    });
    if (urgency == Urgency::normal) move_to_another_processor(thread);
    return thread;
  } catch (const std::system_error&) {
    return {};
  }
}

void move_to_another_processor(std::jthread& thread) {
  cpu_set_t all;
  if (sched_getaffinity(0, sizeof(all), &all) != 0) return;
  cpu_set_t others = all;
  if (const int own = sched_getcpu(); own >= 0) CPU_CLR(static_cast<std::size_t>(own), &others);
  if (CPU_COUNT(&others) == 0) return;
  if (pthread_setaffinity_np(thread.native_handle(), sizeof(others), &others) == 0)
    static_cast<void>(pthread_setaffinity_np(thread.native_handle(), sizeof(all), &all));
}

}  // namespace mpk
