// What a signing service's refusal means.
#pragma once

#include "base/error.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace mpk::sigstore {

/// The base with exactly one '/' before the path.
std::string service_url(std::string_view base, std::string_view path);

/// From a status outside 2xx: the service's own words (grpc-gateway's "message"), 400/401/403 as
/// unauthorized or denied, others as network (retry later).
Error service_error(std::string_view service, const http::Response& response);

}  // namespace mpk::sigstore
