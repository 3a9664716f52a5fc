// Background: a thread, or nothing.
#include "base/background.hpp"

#include <system_error>
#include <utility>

namespace mpk {

std::future<void> begin_early(std::function<void()> work) {
  try {
    return std::async(std::launch::async, std::move(work));
  } catch (const std::system_error&) {
    return {};
  }
}

}  // namespace mpk
