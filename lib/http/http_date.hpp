// HTTP-date (RFC 9110 §5.6.7), as in Date and Retry-After.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <string_view>

namespace mpk::http {

/// IMF-fixdate ("Sun, 06 Nov 1994 08:49:37 GMT") and the two obsolete forms that a recipient must
/// take. malformed: anything else. The name of the day is not checked against the date.
Result<Timestamp> parse_http_date(std::string_view text);

}  // namespace mpk::http
