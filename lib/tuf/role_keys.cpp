// Keys and roles: read from JSON.
#include "tuf/role_keys.hpp"

#include "base/text.hpp"

#include <set>

namespace mpk::tuf {

Result<Keys> read_keys(const json::Field& field) {
  Keys out;
  const auto members = TRY(field.members());
  for (const auto& [keyid, key_field] : members) {
    auto key = TRY(Key::parse(key_field));
    out.emplace(keyid, std::move(key));
  }
  return out;
}

Result<RoleKeys> read_role_keys(const json::Field& field) {
  RoleKeys out;
  std::set<std::string> seen;
  const auto items = TRY(field.items("keyids"));
  for (const auto& item : items) {
    auto keyid = TRY(item.string());
    if (!seen.insert(keyid).second)
      return item.error("keyid " + printable(keyid, 80) + " is there twice");
    out.keyids.push_back(std::move(keyid));
  }
  const auto threshold = TRY(field.at("threshold"));
  const auto number = TRY(threshold.integer());
  if (number < 1) return threshold.error("expected a number from 1");
  out.threshold = static_cast<std::uint64_t>(number);
  return out;
}

}  // namespace mpk::tuf
