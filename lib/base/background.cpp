// Background: a thread, or nothing.
#include "base/background.hpp"

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

std::future<void> begin_early(std::function<void()> work, Urgency urgency) {
  try {
    return std::async(std::launch::async, [work = std::move(work), urgency] {
      if (urgency == Urgency::low) give_way();
      work();
    });
  } catch (const std::system_error&) {
    return {};
  }
}

}  // namespace mpk
