// Exit codes are an API (man page mpk-exit-codes): from the kind of an error to its code.
#pragma once

#include "base/error.hpp"

namespace mpk::cli {

inline constexpr int kExitPass = 0, kExitFailed = 1, kExitUsage = 2, kExitUndecided = 3,
                     kExitNotFound = 11, kExitUntrusted = 12, kExitUnsafe = 23, kExitInternal = 70,
                     kExitInterrupted = 130;

int exit_code(ErrorKind kind);

}  // namespace mpk::cli
