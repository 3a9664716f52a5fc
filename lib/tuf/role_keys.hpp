// Keys and roles as root and delegations list them: one form, read once (TUF 1.0 §4.3, §4.5).
#pragma once

#include "base/result.hpp"
#include "json/read.hpp"
#include "tuf/envelope.hpp"
#include "tuf/key.hpp"

namespace mpk::tuf {

/// {"KEYID": KEY, …}. malformed.
Result<Keys> read_keys(const json::Field& field);
/// "keyids" and "threshold" of a role. malformed: a keyid twice, a threshold of 0.
Result<RoleKeys> read_role_keys(const json::Field& field);

}  // namespace mpk::tuf
