// Waiting for a descriptor until a point in time.
#pragma once

#include <chrono>

namespace mpk {

/// poll(2). True: `fd` can be read (written) without blocking, or has a fault that the next call
/// names. False: `deadline` has passed. No signal ends it early.
bool wait_readable(int fd, std::chrono::steady_clock::time_point deadline);
bool wait_writable(int fd, std::chrono::steady_clock::time_point deadline);

}  // namespace mpk
