// YAML written: scalars that need no thought are plain, all others are JSON texts, which YAML 1.2
// takes.
#include "json/yaml_write.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace mpk::json {
namespace {

// YAML 1.1 readers have more words for true, false and null than 1.2.
bool is_word_of_yaml(std::string_view text) {
  const auto lower = lower_ascii(text);
  return std::ranges::any_of(std::initializer_list<std::string_view>{"true", "false", "yes", "no",
                                                                     "on", "off", "y", "n", "null"},
                             [&](std::string_view word) { return lower == word; });
}

// A letter first: neither a number nor a date, nor anything with a meaning.
bool is_plain(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && !is_word_of_yaml(text) &&
         !text.ends_with(':') && std::ranges::all_of(text, [](char c) {
           return is_letter_or_digit(c) ||
                  std::string_view("_-./+@:").find(c) != std::string_view::npos;
         });
}

// Lines of printable ASCII that start with no blank and end with none, the last one ended.
bool is_block(std::string_view text) {
  if (!text.ends_with('\n') || text.ends_with("\n\n") || text.starts_with(' ') ||
      text.starts_with('\n'))
    return false;
  return text.find(" \n") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
}

// In ASCII: YAML takes fewer characters raw than JSON. Where JSON has two surrogates YAML has \U.
std::string quoted(const std::string& text) {
  const auto json = Json(text).dump(-1, ' ', true);
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto unit = [&](std::size_t at) {
      return std::stoul(json.substr(at + 2, 4), nullptr, 16);
    };
    const bool escape = json[i] == '\\';
    if (escape && json[i + 1] == 'u' && unit(i) >= 0xd800 && unit(i) < 0xdc00) {
      out +=
          fmt::format("\\U{:08x}", 0x10000 + ((unit(i) - 0xd800) << 10U) + (unit(i + 6) - 0xdc00));
      i += 11;
      continue;
    }
    out += json[i];
    if (escape) out += json[++i];
  }
  return out;
}

void write(std::string& out, const Json& value, std::size_t indent);

void write_text(std::string& out, const std::string& text, std::size_t indent) {
  if (is_plain(text)) {
    out += " " + text + "\n";
  } else if (is_block(text)) {
    out += " |\n";
    for (const auto line : split(std::string_view(text).substr(0, text.size() - 1), '\n')) {
      if (!line.empty()) out += std::string(indent, ' ') + std::string(line);
      out += '\n';
    }
  } else {
    out += " " + quoted(text) + "\n";
  }
}

// Behind "key:" or "-".
void write_value(std::string& out, const Json& value, std::size_t indent) {
  if (value.is_string()) {
    write_text(out, value.get_ref<const std::string&>(), indent);
  } else if (value.is_structured() && !value.empty()) {
    out += '\n';
    write(out, value, indent);
  } else {
    out += " " + value.dump() + "\n";
  }
}

void write_members(std::string& out, const Json& object, std::size_t indent, bool first_in_place) {
  for (const auto& [key, value] : object.items()) {
    if (!first_in_place) out += std::string(indent, ' ');
    first_in_place = false;
    out += (is_plain(key) ? key : quoted(key)) + ":";
    write_value(out, value, indent + 2);
  }
}

void write(std::string& out, const Json& value, std::size_t indent) {
  if (value.is_object()) return write_members(out, value, indent, false);
  for (const auto& each : value) {
    out += std::string(indent, ' ') + "-";
    if (each.is_object() && !each.empty()) {
      out += ' ';
      write_members(out, each, indent + 2, true);
    } else {
      write_value(out, each, indent + 2);
    }
  }
}

}  // namespace

std::string to_yaml(const Json& value) {
  std::string out;
  if (value.is_structured() && !value.empty()) {
    write(out, value, 0);
  } else {
    write_value(out, value, 2);
    out.erase(0, 1);
  }
  return out;
}

}  // namespace mpk::json
