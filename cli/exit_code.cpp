// Exit codes: the table.
#include "exit_code.hpp"

namespace mpk::cli {

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
    case ErrorKind::unsupported:
    case ErrorKind::exists:
      return kExitUsage;
    case ErrorKind::not_found:
      return kExitNotFound;
    case ErrorKind::unauthorized:
    case ErrorKind::denied:
    case ErrorKind::network:
    case ErrorKind::timeout:
    case ErrorKind::io:
      return kExitUndecided;
    case ErrorKind::malformed:
    case ErrorKind::too_large:
    case ErrorKind::mismatch:
      return kExitFailed;
    case ErrorKind::untrusted:
    case ErrorKind::expired:
      return kExitUntrusted;
    case ErrorKind::cancelled:
      return kExitInterrupted;
    case ErrorKind::internal:
      return kExitInternal;
  }
  return kExitInternal;
}

}  // namespace mpk::cli
