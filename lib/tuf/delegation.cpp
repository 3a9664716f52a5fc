// Delegations: from JSON; which paths a role is trusted with.
#include "tuf/delegation.hpp"

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "tuf/limits.hpp"
#include "tuf/metadata.hpp"
#include "tuf/role_keys.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <set>

namespace mpk::tuf {
namespace {

constexpr unsigned kMostBits = 32;

bool is_top_level(std::string_view name) {
  constexpr std::array<std::string_view, 4> kTop = {"root", "timestamp", "snapshot", "targets"};
  return std::find(kTop.begin(), kTop.end(), name) != kTop.end();
}

// "[abc]", "[a-z]", "[!a]" at the start of `pattern`: its length, and whether `c` is in it; 0: no
// bracket that is closed, so a literal '['.
std::size_t bracket(std::string_view pattern, char c, bool& inside) {
  std::size_t i = 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  const std::size_t close = pattern.find(']', i + 1);  // a ']' that comes first is a member
  if (close == std::string_view::npos) return 0;
  bool found = false;
  while (i < close) {
    const char low = pattern[i];
    const bool range = i + 2 < close && pattern[i + 1] == '-';
    const char high = range ? pattern[i + 2] : low;
    found = found || (low <= c && c <= high);
    i += range ? 3 : 1;
  }
  inside = found != negated;
  return close + 1;
}

// One character of the path against the start of the pattern: how much of the pattern it takes, 0
// when it does not match.
std::size_t match_one(std::string_view pattern, char c) {
  if (pattern.empty() || c == '/') return pattern.starts_with('/') && c == '/' ? 1 : 0;
  if (pattern.front() == '?') return 1;
  if (pattern.front() == '[') {
    bool inside = false;
    const std::size_t length = bracket(pattern, c, inside);
    if (length != 0) return inside ? length : 0;
  }
  return pattern.front() == c ? 1 : 0;
}

Result<DelegatedRole> read_role(const json::Field& field) {
  DelegatedRole out;
  out.name = TRY(field.string("name"));
  if (out.name.empty() || is_top_level(out.name))
    return field.error("\"" + out.name + "\" can't be a delegated role");
  // Its metadata is kept under this name.
  if (role_file_name(out.name).size() > limits::kRoleFileName)
    return field.error("the role's name is too long");
  out.keys = TRY(read_role_keys(field));
  const auto terminating = TRY(field.optional_boolean("terminating"));
  out.terminating = terminating.value_or(false);
  const auto paths = TRY(field.find("paths"));
  const auto prefixes = TRY(field.find("path_hash_prefixes"));
  if (paths.has_value() == prefixes.has_value())
    return field.error("expected either paths or path_hash_prefixes");
  out.paths = TRY(field.optional_strings("paths"));
  out.path_hash_prefixes = TRY(field.optional_strings("path_hash_prefixes"));
  return out;
}

Result<SuccinctRoles> read_succinct(const json::Field& field) {
  SuccinctRoles out;
  out.keys = TRY(read_role_keys(field));
  const auto length = TRY(field.at("bit_length"));
  const auto bits = TRY(length.unsigned_integer());
  if (bits < 1 || bits > kMostBits) return length.error("expected 1 to 32");
  out.bit_length = static_cast<unsigned>(bits);
  out.name_prefix = TRY(field.string("name_prefix"));
  if (role_file_name(out.role_for("").name).size() > limits::kRoleFileName)
    return field.error("the bins' names are too long");
  return out;
}

}  // namespace

// The last '*' is the only one that ever needs to take more, within its path component: what was
// matched before it stays matched. Time is at most pattern × path.
bool matches_path(std::string_view pattern, std::string_view path) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;  // where the star's text ends
  while (t < path.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
      continue;
    }
    const std::size_t step = match_one(pattern.substr(p), path[t]);
    if (step != 0) {
      if (path[t] == '/') star = std::string_view::npos;  // a '*' ends with its component
      p += step;
      ++t;
    } else if (star != std::string_view::npos && path[taken] != '/') {
      t = ++taken;
      p = star + 1;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool DelegatedRole::covers(std::string_view target_path) const {
  if (!path_hash_prefixes.empty()) {
    const std::string hex = crypto::sha256(target_path).hex();
    return std::any_of(path_hash_prefixes.begin(), path_hash_prefixes.end(),
                       [&](const std::string& prefix) { return hex.starts_with(prefix); });
  }
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& pattern) {
    return matches_path(pattern, target_path);
  });
}

DelegatedRole SuccinctRoles::role_for(std::string_view target_path) const {
  const auto hash = crypto::sha256(target_path).bytes();
  std::uint32_t start = 0;
  for (std::size_t i = 0; i < 4; ++i) start = (start << 8U) | hash[i];
  std::string number((bit_length + 3) / 4, '0');
  auto bin = start >> (kMostBits - bit_length);
  for (auto digit = number.rbegin(); digit != number.rend(); ++digit, bin >>= 4U)
    *digit = "0123456789abcdef"[bin & 15U];
  return {.name = name_prefix + "-" + number,
          .keys = keys,
          .terminating = true,
          .paths = {},
          .path_hash_prefixes = {}};
}

std::vector<DelegatedRole> Delegations::roles_for(std::string_view target_path) const {
  if (succinct) return {succinct->role_for(target_path)};
  std::vector<DelegatedRole> out;
  std::ranges::copy_if(roles, std::back_inserter(out),
                       [&](const DelegatedRole& role) { return role.covers(target_path); });
  return out;
}

Result<Delegations> read_delegations(const json::Field& field) {
  Delegations out;
  const auto keys = TRY(field.at("keys"));
  out.keys = TRY(read_keys(keys));
  const auto succinct = TRY(field.find("succinct_roles"));
  if (succinct && TRY(field.find("roles")))
    return field.error("expected either roles or succinct_roles");
  if (succinct) {
    out.succinct = TRY(read_succinct(*succinct));
    return out;
  }
  std::set<std::string> names;
  const auto roles = TRY(field.items("roles"));
  for (const auto& item : roles) {
    auto role = TRY(read_role(item));
    if (!names.insert(role.name).second)
      return item.error("role " + printable(role.name, 80) + " is there twice");
    out.roles.push_back(std::move(role));
  }
  return out;
}

}  // namespace mpk::tuf
