// Schema differences: each keyword of JSON Schema with the direction in which it opens.
#include "agent/widening.hpp"

#include "base/text.hpp"
#include "json/pointer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace mpk::agent {
namespace {

std::string show(const Json* value) {
  return value == nullptr ? "nothing" : printable(json::compact(*value), 80);
}

const Json* find(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

template <std::size_t N>
bool is_one_of(std::string_view name, const std::string_view (&names)[N]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

constexpr std::string_view kSchemas[] = {
    "items", "additionalItems", "contains", "propertyNames", "if", "then", "else",
    "not",   "unevaluatedItems"};
constexpr std::string_view kSchemaMaps[] = {"$defs", "definitions", "patternProperties",
                                            "dependentSchemas"};
constexpr std::string_view kSchemaLists[] = {"allOf", "anyOf", "oneOf", "prefixItems"};
// Limits: a lower minimum and a higher maximum take more.
constexpr std::string_view kMinima[] = {"minimum",  "exclusiveMinimum", "minLength",
                                        "minItems", "minProperties",    "minContains"};
constexpr std::string_view kMaxima[] = {"maximum",  "exclusiveMaximum", "maxLength",
                                        "maxItems", "maxProperties",    "maxContains"};
// Whatever they say, without them more is taken.
constexpr std::string_view kRestricting[] = {"pattern",
                                             "format",
                                             "const",
                                             "multipleOf",
                                             "uniqueItems",
                                             "propertyNames",
                                             "not",
                                             "contains",
                                             "allOf",
                                             "items",
                                             "$ref",
                                             "if",
                                             "dependentRequired",
                                             "dependencies"};
constexpr std::string_view kClosings[] = {"additionalProperties", "unevaluatedProperties"};

class Comparison {
 public:
  explicit Comparison(std::size_t max) : max_(max) {}

  // `depth`: the parser bounds it; values built in code are bounded here.
  void schema(const Json& before, const Json& after, std::string& at, std::size_t depth = 0) {
    if (before == after || out_.size() >= max_) return;
    if (!before.is_object() || !after.is_object() || depth > 128) {
      // false takes nothing, true everything.
      const bool wider = before == Json(false) || after == Json(true);
      return add(at, show(&before) + " became " + show(&after), wider);
    }
    std::set<std::string> names;
    for (const auto& member : before.items()) names.insert(member.key());
    for (const auto& member : after.items()) names.insert(member.key());
    const auto size = at.size();
    for (const auto& name : names) {
      const auto* was = find(before, name);
      const auto* is = find(after, name);
      if (was != nullptr && is != nullptr && *was == *is) continue;
      json::append_step(at, name);
      if (name == "properties") {
        properties(before, was, is, at, depth);
      } else {
        keyword(name, was, is, at, depth);
      }
      at.resize(size);
    }
  }

  std::vector<SchemaDifference> take() { return std::move(out_); }

 private:
  void add(const std::string& at, std::string text, bool wider = false) {
    if (out_.size() < max_) out_.push_back({at, std::move(text), wider});
  }

  void keyword(std::string_view name, const Json* was, const Json* is, std::string& at,
               std::size_t depth) {
    if (name == "required") return required(was, is, at);
    if (name == "enum") return enumeration(was, is, at);
    if (name == "type") return type(was, is, at);
    if (is_one_of(name, kClosings)) return closing(name, was, is, at, depth);
    if (is_one_of(name, kMinima)) return limit(name, was, is, at, false);
    if (is_one_of(name, kMaxima)) return limit(name, was, is, at, true);
    if (was != nullptr && is != nullptr) {
      if (is_one_of(name, kSchemas) && was->is_object() && is->is_object() && name != "not")
        return schema(*was, *is, at, depth + 1);
      if (is_one_of(name, kSchemaMaps) && was->is_object() && is->is_object())
        return members(*was, *is, at, depth);
      if (is_one_of(name, kSchemaLists) && was->is_array() && is->is_array())
        return branches(name, *was, *is, at, depth);
    }
    if (is == nullptr) {
      return add(at, std::string(name) + " " + show(was) + " dropped",
                 is_one_of(name, kRestricting));
    }
    if (was == nullptr) return add(at, std::string(name) + " " + show(is) + " added");
    add(at, std::string(name) + " " + show(was) + " became " + show(is));
  }

  void properties(const Json& owner, const Json* was, const Json* is, std::string& at,
                  std::size_t depth) {
    // A new member could be sent before, too, unless the object was closed.
    const auto* closed = find(owner, "additionalProperties");
    const bool was_closed = closed != nullptr && *closed == Json(false);
    const Json none = Json::object();
    const Json& before = was != nullptr && was->is_object() ? *was : none;
    const Json& after = is != nullptr && is->is_object() ? *is : none;
    members(before, after, at, depth, "property ", was_closed);
  }

  void members(const Json& before, const Json& after, std::string& at, std::size_t depth,
               const std::string& what = {}, bool added_is_wider = false) {
    const auto size = at.size();
    for (const auto& [name, value] : before.items()) {
      json::append_step(at, name);
      if (const auto* now = find(after, name)) {
        schema(value, *now, at, depth + 1);
      } else {
        add(at, what + "removed");
      }
      at.resize(size);
    }
    for (const auto& [name, value] : after.items()) {
      if (before.contains(name)) continue;
      json::append_step(at, name);
      add(at, what + "added: " + show(&value), added_is_wider);
      at.resize(size);
    }
  }

  void branches(std::string_view name, const Json& before, const Json& after, std::string& at,
                std::size_t depth) {
    const auto size = at.size();
    const auto common = std::min(before.size(), after.size());
    for (std::size_t i = 0; i < common; ++i) {
      json::append_step(at, std::to_string(i));
      schema(before[i], after[i], at, depth + 1);
      at.resize(size);
    }
    if (after.size() > common) {
      add(at, std::string(name) + ": " + std::to_string(after.size() - common) + " more",
          name == "anyOf");
    }
    if (before.size() > common) {
      add(at, std::string(name) + ": " + std::to_string(before.size() - common) + " fewer",
          name == "allOf" || name == "prefixItems");
    }
  }

  void required(const Json* was, const Json* is, const std::string& at) {
    const auto names = [](const Json* list) {
      std::set<std::string> out;
      if (list == nullptr || !list->is_array()) return out;
      for (const auto& each : *list) out.insert(each.is_string() ? each.get<std::string>() : "?");
      return out;
    };
    const auto before = names(was), after = names(is);
    for (const auto& name : before) {
      if (!after.contains(name)) add(at, printable(name, 60) + " is no longer required", true);
    }
    for (const auto& name : after) {
      if (!before.contains(name)) add(at, printable(name, 60) + " is now required");
    }
    if (before == after) add(at, "required " + show(was) + " became " + show(is));
  }

  void enumeration(const Json* was, const Json* is, const std::string& at) {
    if (is == nullptr) return add(at, "enum " + show(was) + " dropped", true);
    if (was == nullptr || !was->is_array() || !is->is_array())
      return add(at, "enum " + show(is) + " added");
    // Texts, so that a list of a million values is no square of a million.
    std::set<std::string> before, after;
    for (const auto& value : *was) before.insert(json::compact(value));
    for (const auto& value : *is) after.insert(json::compact(value));
    bool said = false;
    for (const auto& value : after) {
      if (before.contains(value)) continue;
      said = true;
      add(at, "enum takes " + printable(value, 60) + " too", true);
    }
    for (const auto& value : before) {
      if (after.contains(value)) continue;
      said = true;
      add(at, "enum no longer takes " + printable(value, 60));
    }
    if (!said) add(at, "enum in another order");
  }

  void type(const Json* was, const Json* is, const std::string& at) {
    const auto names = [](const Json* value) {
      std::set<std::string> out;
      if (value != nullptr && value->is_string()) out.insert(value->get<std::string>());
      if (value == nullptr || !value->is_array()) return out;
      for (const auto& each : *value) {
        if (each.is_string()) out.insert(each.get<std::string>());
      }
      return out;
    };
    const auto before = names(was), after = names(is);
    bool wider = is == nullptr;
    for (const auto& name : after) {
      const bool covered =
          before.contains(name) || (name == "integer" && before.contains("number"));
      wider = wider || (was != nullptr && !covered);
    }
    add(at, "type " + show(was) + " became " + show(is), wider);
  }

  // Absent means true.
  void closing(std::string_view name, const Json* was, const Json* is, std::string& at,
               std::size_t depth) {
    if (was != nullptr && is != nullptr && was->is_object() && is->is_object())
      return schema(*was, *is, at, depth + 1);
    const auto openness = [](const Json* value) {
      if (value == nullptr || *value == Json(true)) return 2;
      return *value == Json(false) ? 0 : 1;
    };
    const bool wider = openness(is) > openness(was);
    if (wider)
      return add(at, std::string(name) + " opened: " + show(was) + " became " + show(is), true);
    add(at, std::string(name) + " " + show(was) + " became " + show(is));
  }

  void limit(std::string_view name, const Json* was, const Json* is, const std::string& at,
             bool maximum) {
    bool wider = was != nullptr && is == nullptr;
    if (was != nullptr && is != nullptr && was->is_number() && is->is_number())
      wider = maximum ? *is > *was : *is < *was;
    add(at, std::string(name) + " " + show(was) + " became " + show(is), wider);
  }

  std::size_t max_;
  std::vector<SchemaDifference> out_;
};

}  // namespace

std::vector<SchemaDifference> schema_differences(const Json& before, const Json& after,
                                                 std::size_t max) {
  Comparison comparison(max);
  std::string at;
  comparison.schema(before, after, at);
  return comparison.take();
}

}  // namespace mpk::agent
