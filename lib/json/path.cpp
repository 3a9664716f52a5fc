// Paths: plain keys with a dot, other keys in brackets and quotes.
#include "json/path.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::json {
namespace {

// Every node below a key repeats it in its path: without a cut a hostile key multiplies.
constexpr std::size_t kLongestKey = 80;

bool is_word(std::string_view key) {
  return !key.empty() && key.size() <= kLongestKey &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return is_letter_or_digit(c) || c == '_' || c == '-' || c == '$' || c == '@';
         });
}

}  // namespace

std::string member_path(std::string_view parent, std::string_view key) {
  std::string out(parent);
  if (is_word(key)) return out.append(".").append(key);
  return out.append("[").append(compact(Json(printable(key, kLongestKey)))).append("]");
}

std::string item_path(std::string_view parent, std::size_t index) {
  return std::string(parent).append("[").append(std::to_string(index)).append("]");
}

}  // namespace mpk::json
