// Writer: brackets, commas and strings (RFC 8259 §7).
#include "json/write.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

namespace mpk::json {
namespace {

bool is_escaped(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

}  // namespace

void Writer::separate() {
  if (follows_) out_ += ',';
  follows_ = true;
}

void Writer::open(char bracket) {
  separate();
  out_ += bracket;
  follows_ = false;
}

void Writer::close(char bracket) {
  out_ += bracket;
  follows_ = true;
}

void Writer::quoted(std::string_view value) {
  out_ += '"';
  while (true) {
    const auto plain = std::string_view(value.begin(), std::ranges::find_if(value, is_escaped));
    out_ += plain;
    value.remove_prefix(plain.size());
    if (value.empty()) break;
    const char c = value.front();
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else {
      fmt::format_to(std::back_inserter(out_), "\\u{:04x}", static_cast<unsigned char>(c));
    }
    value.remove_prefix(1);
  }
  out_ += '"';
}

void Writer::key(std::string_view key) {
  separate();
  quoted(key);
  out_ += ':';
  follows_ = false;
}

void Writer::text(std::string_view value) {
  separate();
  quoted(value);
}

void Writer::number(std::int64_t value) {
  separate();
  out_ += std::to_string(value);
}

void Writer::flag(bool value) {
  separate();
  out_ += value ? "true" : "false";
}

void Writer::text(std::string_view key, std::string_view value) {
  this->key(key);
  text(value);
}

void Writer::texts(std::string_view key, const std::vector<std::string>& values) {
  this->key(key);
  open_array();
  for (const auto& value : values) text(value);
  close_array();
}

void Writer::number(std::string_view key, std::int64_t value) {
  this->key(key);
  number(value);
}

void Writer::flag(std::string_view key, bool value) {
  this->key(key);
  flag(value);
}

}  // namespace mpk::json
