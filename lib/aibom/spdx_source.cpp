// Used parts are known by their address: the document does not change while it is converted.
#include "aibom/spdx_source.hpp"

#include "aibom/lookup.hpp"
#include "base/text.hpp"
#include "json/pointer.hpp"

#include <nlohmann/json.hpp>

#include <iterator>
#include <utility>

namespace mpk::aibom::spdx {

void Source::use(const Json& part) {
  if (!part.is_null()) used_.insert(&part);
}

const std::string& Source::take(const Json& owner, std::string_view key) {
  const auto& found = member(owner, key);
  if (found.is_string()) use(found);
  return text(found);
}

void Source::owns(const Json& part, std::string id) {
  if (!part.is_null()) owners_.insert_or_assign(&part, std::move(id));
}

std::string Source::own_id(const Json& part) const {
  const auto found = owners_.find(&part);
  return found == owners_.end() ? std::string() : found->second;
}

std::string Source::owner_of(std::string_view pointer) const {
  std::string owner;
  const Json* at = &bom_;
  for (const auto token : split(pointer, '/')) {
    if (token.empty()) continue;
    if (at->is_array()) {
      const auto index = parse_u64(token);
      if (!index || *index >= at->size()) return owner;
      at = &items(*at)[*index];
    } else {
      at = &member(*at, token);
    }
    if (const auto found = owners_.find(at); found != owners_.end()) owner = found->second;
  }
  return owner;
}

// True when something in it was used, or when there is nothing in it that could be.
bool Source::collect(const Json& part, const std::string& pointer, const std::string& owner,
                     std::vector<Rest>& out) const {
  if (part.is_null() || used(part)) return true;
  const bool container = part.is_object() || part.is_array();
  if (container && part.empty()) return true;
  const auto own = owners_.find(&part);
  const auto& now = own == owners_.end() ? owner : own->second;
  std::vector<Rest> inner;
  bool any = own != owners_.end();
  if (part.is_object()) {
    for (const auto& [key, value] : part.items())
      any |= collect(value, json::pointer_step(pointer, key), now, inner);
  } else if (part.is_array()) {
    std::size_t index = 0;
    for (const auto& value : items(part))
      any |= collect(value, json::pointer_step(pointer, std::to_string(index++)), now, inner);
  }
  if (any) {
    std::move(inner.begin(), inner.end(), std::back_inserter(out));
    return true;
  }
  out.push_back({pointer, &part, owner});
  return false;
}

std::vector<Source::Rest> Source::rest() const {
  std::vector<Rest> out;
  collect(bom_, "", "", out);
  return out;
}

}  // namespace mpk::aibom::spdx
