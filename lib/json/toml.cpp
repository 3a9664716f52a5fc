// TOML: toml++ parses; its tables are sorted, so the order comes from where their keys stood.
#include "json/toml.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 1
#include <toml++/toml.h>  // IWYU pragma: keep

#include <algorithm>
#include <exception>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace mpk::json {
namespace {

using Ordered = nlohmann::ordered_json;

Ordered convert(const toml::node& node);

bool before(const toml::source_position& a, const toml::source_position& b) {
  return std::pair(a.line, a.column) < std::pair(b.line, b.column);
}

Ordered convert_table(const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> members;
  for (const auto& [key, value] : table) members.emplace_back(&key, &value);
  std::ranges::stable_sort(members, [](const auto& a, const auto& b) {
    return before(a.first->source().begin, b.first->source().begin);
  });
  auto out = Ordered::object();
  for (const auto& [key, value] : members) out[std::string(key->str())] = convert(*value);
  return out;
}

Ordered convert(const toml::node& node) {
  if (const auto* table = node.as_table()) return convert_table(*table);
  if (const auto* array = node.as_array()) {
    auto out = Ordered::array();
    for (const auto& item : *array) out.push_back(convert(item));
    return out;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* truth = node.as_boolean()) return truth->get();
  std::ostringstream out;
  node.visit([&](const auto& value) { out << value; });
  return out.str();
}

}  // namespace

Result<nlohmann::ordered_json> parse_toml(std::string_view text, std::string_view name) {
  try {
    const auto parsed = toml::parse(text, name);
    if (parsed) return convert_table(parsed.table());
    const auto& error = parsed.error();
    return Error(ErrorKind::malformed,
                 fmt::format("{}:{}:{}: {}", name, error.source().begin.line,
                             error.source().begin.column, printable(error.description(), 200)));
  } catch (const std::exception& thrown) {
    return Error(ErrorKind::malformed, fmt::format("{}: {}", name, thrown.what()));
  }
}

}  // namespace mpk::json
