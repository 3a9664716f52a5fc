// The header of a request, before the library sees it; private to servers.
#pragma once

#include "base/result.hpp"
#include "http/server_link.hpp"

#include <optional>
#include <string>

namespace mpk::http {

/// Request line and fields with their empty line (RFC 9112 §2.1), at most limits::kHeaderBytes.
/// timeout, network; too_large; malformed: a NUL, or a line that does not end with CR LF, which the
/// library would pass over and others would not.
Result<std::string> read_head(Link& link, Link::Deadline deadline);

/// Takes all Range fields out: the library matches them with std::regex, which needs stack for each
/// byte. The value, if there was one such field.
std::optional<std::string> take_range(std::string& head);

}  // namespace mpk::http
