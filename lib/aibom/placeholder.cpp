// Placeholders: templates are filled in by whole words, so whole values are compared.
#include "aibom/placeholder.hpp"

#include "aibom/lookup.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace mpk::aibom {
namespace {

constexpr auto kWords = std::to_array<std::string_view>({"todo",
                                                         "tbd",
                                                         "tba",
                                                         "fixme",
                                                         "xxx",
                                                         "unknown",
                                                         "n/a",
                                                         "na",
                                                         "none",
                                                         "null",
                                                         "nil",
                                                         "undefined",
                                                         "unspecified",
                                                         "not specified",
                                                         "not available",
                                                         "not applicable",
                                                         "not provided",
                                                         "not_found",
                                                         "noassertion",
                                                         "more information needed",
                                                         "[more information needed]",
                                                         "placeholder",
                                                         "string",
                                                         "example",
                                                         "your name",
                                                         "your name here",
                                                         "your organization",
                                                         "your company",
                                                         "your-org",
                                                         "your-model",
                                                         "model name",
                                                         "coming soon",
                                                         "to be determined",
                                                         "to be defined",
                                                         "to be added"});
constexpr auto kStarts = std::to_array<std::string_view>(
    {"todo:", "todo ", "tbd:", "tbd ", "fixme:", "fixme ", "lorem ipsum", "lorem", "<insert",
     "[insert", "<your", "[your", "{{", "https://example.com/todo", "mailto:todo"});
// Members that describe the form of their neighbours.
constexpr auto kForm = std::to_array<std::string_view>(
    {"type", "bom-ref", "alg", "unit", "acknowledgement", "encoding", "contentType"});

bool says(const Json& value, std::size_t depth) {
  if (depth > kMaxDepth) return false;
  if (value.is_string()) return !is_placeholder(text(value));
  if (value.is_number() || value.is_boolean()) return true;
  if (value.is_array()) {
    return std::ranges::any_of(items(value),
                               [&](const Json& each) { return says(each, depth + 1); });
  }
  if (!value.is_object()) return false;
  for (auto it = value.begin(); it != value.end(); ++it) {
    const bool form = std::ranges::find(kForm, it.key()) != kForm.end();
    if (!form && says(it.value(), depth + 1)) return true;
  }
  return false;
}

}  // namespace

bool is_placeholder(std::string_view value) {
  auto word = lower_ascii(trim(value));
  while (!word.empty() && (word.back() == '.' || word.back() == '!')) word.pop_back();
  if (std::ranges::find(kWords, word) != kWords.end()) return true;
  if (std::ranges::any_of(kStarts, [&](auto start) { return word.starts_with(start); }))
    return true;
  return std::ranges::none_of(word, [](unsigned char c) { return c >= 0x80 || std::isalnum(c); });
}

bool says_something(const Json& value) { return says(value, 0); }

}  // namespace mpk::aibom
