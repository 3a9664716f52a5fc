// OLPC canonical JSON: the form that TUF signatures are made over (TUF 1.0 §4.2; not RFC 8785).
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <string>

namespace mpk::tuf {

/// Keys by bytes, no white space, only '"' and '\' escaped, everything else as it is.
/// malformed: a number that is no integer of 64 bits.
Result<std::string> canonical(const Json& value);

}  // namespace mpk::tuf
