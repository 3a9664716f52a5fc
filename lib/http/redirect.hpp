// Redirects followed by hand: what crosses an origin is decided here and nowhere else.
#pragma once

#include "base/log.hpp"
#include "http/attempt.hpp"

#include <memory>

namespace mpk::http {

/// Follows 301, 302, 307, 308 of GET and HEAD, 307 and 308 of every method (the body is rewound)
/// and 303 as a GET, at most limits::kRedirects times. Another 301 or 302 is returned as it is: to
/// repeat an upload there, or to turn it into a GET, would both be guesses. Never https → http.
std::unique_ptr<Sender> make_redirecting(std::unique_ptr<Sender> inner, Logger logger);

}  // namespace mpk::http
