// Assertions: each keyword's value must have the form that draft-07 validation §6 gives it.
#include "json/schema_keywords.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace mpk::json::draft7 {
namespace {

Error malformed(const std::string& pointer, std::string_view keyword, std::string_view expected) {
  return Error(ErrorKind::malformed,
               pointer + "/" + std::string(keyword) + ": expected " + std::string(expected));
}

Result<void> read_types(const Json& value, const std::string& pointer, Node& node) {
  std::vector<std::string> names;
  if (value.is_string()) {
    names.push_back(value.get<std::string>());
  } else {
    names = TRY(string_list(value, pointer + "/type"));
  }
  node.types.emplace();
  for (const std::string& name : names) {
    const auto known = std::find(kTypeNames.begin(), kTypeNames.end(), name);
    if (known == kTypeNames.end()) return malformed(pointer, "type", "the name of a type");
    node.types->insert(static_cast<Type>(known - kTypeNames.begin()));
  }
  return {};
}

std::unique_ptr<const Enum> enumerate(const std::vector<Json>& values) {
  auto out = std::make_unique<Enum>();
  for (const Json& value : values) {
    out->keys.insert(equality_key(value));
    if (out->size++ < Enum::kShown) out->shown.push_back(printable(compact(value), 80));
    if (value.is_string()) out->words.push_back(value.get<std::string>());
  }
  return out;
}

Result<void> read_numbers(const Keywords& schema, const std::string& pointer, Node& node) {
  const std::pair<const char*, std::optional<Number> Bounds::*> numbers[] = {
      {"minimum", &Bounds::minimum},
      {"maximum", &Bounds::maximum},
      {"exclusiveMinimum", &Bounds::exclusive_minimum},
      {"exclusiveMaximum", &Bounds::exclusive_maximum},
      {"multipleOf", &Bounds::multiple_of},
  };
  for (const auto& [keyword, member] : numbers) {
    const auto* const value = schema.find(keyword);
    if (value == nullptr) continue;
    if (!value->is_number()) return malformed(pointer, keyword, "a number");
    if (!node.bounds) node.bounds = std::make_unique<Bounds>();
    (*node.bounds).*member = to_number(*value);
  }
  if (node.bounds && node.bounds->multiple_of && node.bounds->multiple_of->value <= 0) {
    return malformed(pointer, "multipleOf", "a number above 0");
  }
  return {};
}

Result<void> read_sizes(const Keywords& schema, const std::string& pointer, Node& node) {
  const std::pair<const char*, std::optional<std::uint64_t> Node::*> sizes[] = {
      {"minLength", &Node::min_length},         {"maxLength", &Node::max_length},
      {"minItems", &Node::min_items},           {"maxItems", &Node::max_items},
      {"minProperties", &Node::min_properties}, {"maxProperties", &Node::max_properties},
  };
  for (const auto& [keyword, member] : sizes) {
    const auto* const value = schema.find(keyword);
    if (value == nullptr) continue;
    if (!is_integral(*value)) return malformed(pointer, keyword, "a non-negative integer");
    const Number number = to_number(*value);
    if (number.value < 0 || number.exponent != 0) {
      return malformed(pointer, keyword, "a non-negative integer");
    }
    node.*member = number.mantissa;
  }
  return {};
}

Result<void> read_text(const Keywords& schema, const std::string& pointer, Node& node) {
  if (const auto* const pattern = schema.find("pattern"); pattern != nullptr) {
    if (!pattern->is_string()) return malformed(pointer, "pattern", "a string");
    node.pattern =
        TRY(compile_pattern(pattern->get_ref<const std::string&>(), pointer + "/pattern"));
  }
  if (const auto* const format = schema.find("format"); format != nullptr) {
    if (!format->is_string()) return malformed(pointer, "format", "a string");
    node.format = format_by_name(format->get_ref<const std::string&>());
  }
  return {};
}

}  // namespace

Keywords::Keywords(const Json& schema) {
  all_.reserve(schema.size());
  for (const auto& [name, value] : schema.get_ref<const Json::object_t&>())
    all_.emplace_back(name, &value);
}

const Json* Keywords::find(std::string_view name) const {
  const auto at = std::ranges::find(all_, name, &std::pair<std::string_view, const Json*>::first);
  return at == all_.end() ? nullptr : at->second;
}

Result<Regex> compile_pattern(std::string_view pattern, const std::string& pointer) {
  auto regex = Regex::compile(pattern);
  if (regex) return regex;
  return std::move(regex.error()).with_kind(ErrorKind::unsupported).with(pointer);
}

Result<std::vector<std::string>> string_list(const Json& value, const std::string& pointer) {
  const Error error(ErrorKind::malformed, pointer + ": expected an array of strings");
  if (!value.is_array()) return error;
  std::vector<std::string> out;
  for (const Json& item : value) {
    if (!item.is_string()) return error;
    out.push_back(item.get<std::string>());
  }
  return out;
}

Result<void> read_assertions(const Keywords& schema, const std::string& pointer, Node& node) {
  if (const auto* const type = schema.find("type"); type != nullptr) {
    TRY(read_types(*type, pointer, node));
  }
  if (const auto* const values = schema.find("enum"); values != nullptr) {
    if (!values->is_array() || values->empty()) {
      return malformed(pointer, "enum", "an array that is not empty");
    }
    node.allowed = enumerate(values->get_ref<const Json::array_t&>());
  }
  if (const auto* const value = schema.find("const"); value != nullptr) {
    node.constant = enumerate({*value});
  }
  TRY(read_numbers(schema, pointer, node));
  TRY(read_sizes(schema, pointer, node));
  TRY(read_text(schema, pointer, node));
  if (const auto* const unique = schema.find("uniqueItems"); unique != nullptr) {
    if (!unique->is_boolean()) return malformed(pointer, "uniqueItems", "true or false");
    node.unique_items = unique->get<bool>();
  }
  if (const auto* const required = schema.find("required"); required != nullptr) {
    node.required = TRY(string_list(*required, pointer + "/required"));
  }
  return {};
}

}  // namespace mpk::json::draft7
