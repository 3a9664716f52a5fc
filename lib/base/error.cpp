// Error: names of the kinds and the one-line text.
#include "base/error.hpp"

#include <utility>

namespace mpk {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::exists:
      return "exists";
    case ErrorKind::unauthorized:
      return "unauthorized";
    case ErrorKind::denied:
      return "denied";
    case ErrorKind::network:
      return "network";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::malformed:
      return "malformed";
    case ErrorKind::too_large:
      return "too_large";
    case ErrorKind::mismatch:
      return "mismatch";
    case ErrorKind::untrusted:
      return "untrusted";
    case ErrorKind::expired:
      return "expired";
    case ErrorKind::unsupported:
      return "unsupported";
    case ErrorKind::io:
      return "io";
    case ErrorKind::cancelled:
      return "cancelled";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

Error Error::with(std::string context) && {
  context_.insert(context_.begin(), std::move(context));
  return std::move(*this);
}

Error Error::with_hint(std::string hint) && {
  hint_ = std::move(hint);
  return std::move(*this);
}

Error Error::with_kind(ErrorKind kind) && {
  kind_ = kind;
  return std::move(*this);
}

std::string Error::text() const {
  std::string out;
  for (const auto& link : context_) out.append(link).append(": ");
  return out.append(message_);
}

}  // namespace mpk
