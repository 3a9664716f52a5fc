// Redirects followed by hand: what crosses an origin is decided here and nowhere else.
#pragma once

#include "base/log.hpp"
#include "http/attempt.hpp"

#include <memory>

namespace mpk::http {

/// Follows what Request::redirects allows (a body is rewound), at most limits::kRedirects times.
/// 301, 302 and 303 of another method than GET and HEAD are returned as they are: to repeat an
/// upload there would be a guess, and what a GET there brings is no answer to it but some page.
std::unique_ptr<Sender> make_redirecting(std::unique_ptr<Sender> inner, Logger logger);

}  // namespace mpk::http
