// UUIDs made from names (RFC 9562 §5.5).
#pragma once

#include <string>
#include <string_view>

namespace mpk::crypto {

/// Version 5, lower case: the same namespace and name always give the same UUID. Empty when
/// `namespace_uuid` is no UUID in its text form.
std::string uuid_v5(std::string_view namespace_uuid, std::string_view name);

}  // namespace mpk::crypto
