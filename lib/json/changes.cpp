// changes: two objects walked side by side; parsing has bounded their depth.
#include "json/changes.hpp"

#include "json/pointer.hpp"

#include <algorithm>

namespace mpk::json {
namespace {

void compare(const Json& before, const Json& after, const std::string& pointer,
             std::vector<Change>& out) {
  if (before == after) return;
  if (!before.is_object() || !after.is_object()) {
    out.push_back({pointer, std::optional<Json>(before), std::optional<Json>(after)});
    return;
  }
  for (const auto& [name, value] : before.items()) {
    const auto step = pointer_step(pointer, name);
    if (const auto found = after.find(name); found != after.end()) {
      compare(value, *found, step, out);
    } else {
      out.push_back({step, std::optional<Json>(value), std::nullopt});
    }
  }
  for (const auto& [name, value] : after.items()) {
    if (!before.contains(name))
      out.push_back({pointer_step(pointer, name), std::nullopt, std::optional<Json>(value)});
  }
}

}  // namespace

std::vector<Change> changes(const Json& before, const Json& after) {
  std::vector<Change> out;
  compare(before, after, "", out);
  std::ranges::stable_sort(out, {}, &Change::pointer);
  return out;
}

}  // namespace mpk::json
