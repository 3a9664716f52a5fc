// cpp-httplib, loaded when the first server starts; only for server.cpp.
#pragma once

#include "base/result.hpp"

namespace mpk::http {

/// Before the first call of a function of httplib's. not_found: libcpp-httplib.so.0.11 is not
/// installed, or is another one. Thread-safe. Where it is linked (MPK_LATE_HTTPLIB is not defined)
/// there is nothing to do.
Result<void> load_httplib();

}  // namespace mpk::http
