// Pump: the caller's side of a transfer: feeds the body, empties the answer into sink or string.
#pragma once

#include "base/parallel.hpp"
#include "http/attempt.hpp"
#include "http/exchange.hpp"

namespace mpk::http {

/// Returns when the transfer has ended or nothing more of it is wanted; then it is abandoned.
/// Calls the request's source and sink on this thread only. An answer of 400 or more counts even
/// when the connection breaks after its headers: servers that refuse an upload hang up on it.
Attempt pump(Exchange& exchange, const Request& request, const CancelToken& cancel);

}  // namespace mpk::http
