// Evaluation: the keywords of arrays and objects, and the combinations of schemas.
#include "base/text.hpp"
#include "json/schema_evaluation.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::json::draft7 {
namespace {

std::string counted(std::string_view bound, std::uint64_t limit, std::string_view what,
                    std::size_t found) {
  return "expected " + std::string(bound) + " " + std::to_string(limit) + " " + std::string(what) +
         ", found " + std::to_string(found);
}

}  // namespace

bool Evaluation::array(const Meeting& m) {
  const Node& node = m.node;
  const std::size_t size = m.value.size();
  bool valid = true;
  const auto go_on = [&] { return valid || m.report; };
  if (node.min_items && size < *node.min_items) {
    valid = m.report && fail(m, "minItems", counted("at least", *node.min_items, "items", size));
  }
  if (go_on() && node.max_items && size > *node.max_items) {
    valid = m.report && fail(m, "maxItems", counted("at most", *node.max_items, "items", size));
  }
  if (go_on() && node.unique_items) valid = unique(m) && valid;
  if (go_on()) valid = items(m) && valid;
  if (go_on() && node.contains) {
    const bool found = std::any_of(m.value.begin(), m.value.end(), [&](const Json& item) {
      return check(*node.contains, item, m.place, false);
    });
    if (!found) valid = m.report && fail(m, "contains", "no item matches what one must");
  }
  return valid;
}

bool Evaluation::items(const Meeting& m) {
  const Node& node = m.node;
  bool valid = true;
  for (std::size_t i = 0; i < m.value.size() && (valid || m.report); ++i) {
    std::optional<NodeId> schema = node.items;
    if (node.tuple) schema = i < node.tuple->size() ? (*node.tuple)[i] : node.additional_items;
    if (!schema) continue;
    const Place place{&m.place, nullptr, i};
    valid = check(*schema, m.value[i], place, m.report) && valid;
  }
  return valid;
}

bool Evaluation::unique(const Meeting& m) {
  // Sorted, not hashed: nobody can make this quadratic with chosen collisions.
  std::vector<std::pair<std::string, std::size_t>> keys;
  keys.reserve(m.value.size());
  for (std::size_t i = 0; i < m.value.size(); ++i) keys.emplace_back(equality_key(m.value[i]), i);
  std::sort(keys.begin(), keys.end());
  const auto twin = std::adjacent_find(
      keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first == b.first; });
  if (twin == keys.end()) return true;
  return m.report && fail(m, "uniqueItems",
                          "items " + std::to_string(twin->second) + " and " +
                              std::to_string((twin + 1)->second) + " are equal");
}

bool Evaluation::object(const Meeting& m) {
  const Node& node = m.node;
  const std::size_t size = m.value.size();
  bool valid = true;
  const auto go_on = [&] { return valid || m.report; };
  if (node.min_properties && size < *node.min_properties) {
    valid = m.report &&
            fail(m, "minProperties", counted("at least", *node.min_properties, "members", size));
  }
  if (go_on() && node.max_properties && size > *node.max_properties) {
    valid = m.report &&
            fail(m, "maxProperties", counted("at most", *node.max_properties, "members", size));
  }
  if (go_on()) valid = required(m, node.required, "required") && valid;
  if (go_on()) valid = members(m) && valid;
  if (go_on()) valid = dependencies(m) && valid;
  return valid;
}

bool Evaluation::required(const Meeting& m, const std::vector<std::string>& keys,
                          std::string_view keyword) {
  bool valid = true;
  for (const std::string& key : keys) {
    if (m.value.contains(key)) continue;
    if (!m.report) return false;
    valid = fail(m, keyword, "missing \"" + printable(key, 80) + "\"");
  }
  return valid;
}

bool Evaluation::members(const Meeting& m) {
  bool valid = true;
  for (const auto& [key, value] : m.value.get_ref<const Json::object_t&>()) {
    if (!valid && !m.report) return false;
    valid = member(m, key, value) && valid;
  }
  return valid;
}

bool Evaluation::member(const Meeting& m, const std::string& key, const Json& value) {
  const Node& node = m.node;
  const Place place{&m.place, &key, 0};
  bool valid = true, named = false;
  if (node.property_names) {
    // A string, so no reference remembers the address of this passing value.
    valid = check(*node.property_names, Json(key), place, m.report);
  }
  if (const auto property = node.properties.find(key); property != node.properties.end()) {
    named = true;
    valid = check(property->second, value, place, m.report) && valid;
  }
  for (const auto& [pattern, schema] : node.pattern_properties) {
    if (!pattern.partial_match(key)) continue;
    named = true;
    valid = check(schema, value, place, m.report) && valid;
  }
  if (named || !node.additional_properties) return valid;
  if (nodes_[*node.additional_properties].form == Node::Form::nothing) {
    return unexpected(m, key, place);
  }
  return check(*node.additional_properties, value, place, m.report) && valid;
}

bool Evaluation::unexpected(const Meeting& m, const std::string& key, const Place& place) {
  if (!m.report) return false;
  std::string message = "member is not allowed here";
  if (key.size() <= 100) {  // edit distance is quadratic
    std::vector<std::string> names;
    for (const auto& [name, schema] : m.node.properties) names.push_back(name);
    if (const auto meant = nearest(key, names); !meant.empty()) {
      message += "; did you mean \"" + printable(meant) + "\"?";
    }
  }
  return fail({m.node, m.value, place, true}, "additionalProperties", std::move(message));
}

bool Evaluation::dependencies(const Meeting& m) {
  bool valid = true;
  for (const Dependency& dependency : m.node.dependencies) {
    if (!valid && !m.report) return false;
    if (!m.value.contains(dependency.key)) continue;
    if (const auto* keys = std::get_if<std::vector<std::string>>(&dependency.needs)) {
      valid = required(m, *keys, "dependencies") && valid;
    } else {
      valid = check(std::get<NodeId>(dependency.needs), m.value, m.place, m.report) && valid;
    }
  }
  return valid;
}

bool Evaluation::combinations(const Meeting& m) {
  const Node& node = m.node;
  bool valid = true;
  const auto go_on = [&] { return valid || m.report; };
  for (const NodeId schema : node.all_of) {
    if (go_on()) valid = check(schema, m.value, m.place, m.report) && valid;
  }
  if (go_on() && !node.any_of.empty()) valid = alternatives(m, node.any_of, false) && valid;
  if (go_on() && !node.one_of.empty()) valid = alternatives(m, node.one_of, true) && valid;
  if (go_on() && node.negated && check(*node.negated, m.value, m.place, false)) {
    valid = m.report && fail(m, "not", "value has the form that is forbidden here");
  }
  if (go_on() && node.condition) valid = conditional(m) && valid;
  return valid;
}

bool Evaluation::alternatives(const Meeting& m, const std::vector<NodeId>& branches,
                              bool exactly_one) {
  std::size_t matches = 0;
  for (const NodeId branch : branches) {
    if (check(branch, m.value, m.place, false)) ++matches;
    if (matches == 1 && !exactly_one) return true;
  }
  if (matches == 1) return true;
  if (!m.report) return false;
  const std::string total = std::to_string(branches.size());
  if (matches > 1) {
    return fail(m, "oneOf",
                "matches " + std::to_string(matches) + " of the " + total +
                    " forms of which it must have one");
  }
  // If a single form can have been meant, its own complaints help more than "none of them".
  const auto meant = [&](NodeId branch) { return looks_meant(branch, m.value, 3); };
  const auto first = std::find_if(branches.begin(), branches.end(), meant);
  if (first != branches.end() && std::none_of(first + 1, branches.end(), meant)) {
    return check(*first, m.value, m.place, true);
  }
  return fail(m, exactly_one ? "oneOf" : "anyOf",
              "matches none of the " + total + " forms it may have");
}

bool Evaluation::conditional(const Meeting& m) {
  const bool holds = check(*m.node.condition, m.value, m.place, false);
  const auto& branch = holds ? m.node.then_branch : m.node.else_branch;
  return !branch || check(*branch, m.value, m.place, m.report);
}

}  // namespace mpk::json::draft7
