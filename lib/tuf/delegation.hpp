// Delegations: who else may say something about which target paths (TUF 1.0 §4.5).
#pragma once

#include "base/result.hpp"
#include "json/read.hpp"
#include "tuf/envelope.hpp"
#include "tuf/key.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::tuf {

struct DelegatedRole {
  std::string name;
  RoleKeys keys;
  bool terminating = false;
  std::vector<std::string> paths;               // patterns; either these
  std::vector<std::string> path_hash_prefixes;  // or these
  /// Whether the role is trusted with `target_path`.
  bool covers(std::string_view target_path) const;
};

/// Hash bins (TAP 15): 2^bit_length roles of the same keys, together trusted with all paths.
struct SuccinctRoles {
  RoleKeys keys;
  unsigned bit_length = 1;  // 1 to 32
  std::string name_prefix;
  /// The bin that `target_path` is in, terminating: NAME_PREFIX-HEX.
  DelegatedRole role_for(std::string_view target_path) const;
};

struct Delegations {
  Keys keys;
  std::vector<DelegatedRole> roles;       // in order of preference; either these
  std::optional<SuccinctRoles> succinct;  // or this
  /// The roles that are trusted with `target_path`, in order of preference.
  std::vector<DelegatedRole> roles_for(std::string_view target_path) const;
};

/// malformed: form, a name twice, empty or one of the top-level roles', both or none of paths and
/// path_hash_prefixes, both or none of roles and succinct_roles, a bit_length out of range.
Result<Delegations> read_delegations(const json::Field& field);

/// Shell patterns: '*', '?' and "[a-z]", none of which matches a '/'; case counts.
bool matches_path(std::string_view pattern, std::string_view path);

}  // namespace mpk::tuf
