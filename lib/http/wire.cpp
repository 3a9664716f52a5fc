// Header lines out and in.
#include "http/wire.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace mpk::http {
namespace {

bool is_token_character(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_field_value(std::string_view text) {  // RFC 9110 §5.5
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
}

bool is_framing(std::string_view name) {
  return iequals_ascii(name, "Content-Length") || iequals_ascii(name, "Transfer-Encoding") ||
         iequals_ascii(name, "Expect");
}

}  // namespace

const std::size_t AnswerHeader::kCap = limits::kHeaderBytes;

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

Result<std::vector<std::string>> header_lines(const Headers& headers) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : headers.list()) {
    if (!is_token(name) || !is_field_value(value)) {
      return Error(ErrorKind::usage,
                   "HTTP header '" + printable(name, 64) + "': not a valid name or value");
    }
    if (!is_framing(name)) lines.push_back(value.empty() ? name + ";" : name + ": " + value);
  }
  return lines;
}

AnswerHeader::State AnswerHeader::add(std::string_view line) {
  bytes_ += line.size();
  if (overflow()) return State::too_large;
  if (accepted_) return State::more;
  if (!in_block_) {  // the status line
    in_block_ = true;
    headers_ = {};
    return State::more;
  }
  if (trim(line).empty()) {
    in_block_ = false;
    return State::block_end;
  }
  if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    headers_.add(std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
  }
  return State::more;
}

}  // namespace mpk::http
