// PushParser: one state for the token that a piece may end in, one for what the grammar expects.
#include "json/push_parser.hpp"

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace mpk::json {
namespace {

constexpr std::size_t kNumber = 1024;  // characters; a double has 17 digits

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// RFC 8259 §6.
bool is_number(std::string_view text) {
  const auto digits = [&text] {
    const auto count = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
    text.remove_prefix(count);
    return count > 0;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0')) {
    text.remove_prefix(1);
  } else if (!digits()) {
    return false;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!digits()) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!digits()) return false;
  }
  return text.empty();
}

}  // namespace

Result<void> PushParser::wrong() const {
  return Error(ErrorKind::malformed, "no JSON at byte " + std::to_string(position_));
}

void PushParser::after_value() { expect_ = open_.empty() ? Expect::nothing : Expect::comma_or_end; }

Result<void> PushParser::open(char c) {
  if (open_.size() >= limits::kJsonDepth) {
    return Error(ErrorKind::malformed,
                 "nested deeper than " + std::to_string(limits::kJsonDepth) + " levels");
  }
  open_ += c;
  expect_ = c == '[' ? Expect::value_or_end : Expect::key_or_end;
  return events_.begin(c == '[');
}

Result<void> PushParser::close(char c) {
  const bool array = c == ']';
  const bool ends = expect_ == Expect::comma_or_end ||
                    expect_ == (array ? Expect::value_or_end : Expect::key_or_end);
  if (!ends || open_.empty() || open_.back() != (array ? '[' : '{')) return wrong();
  open_.pop_back();
  after_value();
  return events_.end(array);
}

Result<void> PushParser::start_value(char c) {
  if (c == '[' || c == '{') return open(c);
  text_.clear();
  if (c == '"') {
    token_ = Token::string;
    is_key_ = false;
    return {};
  }
  if (c == '-' || is_digit(c)) {
    token_ = Token::number;
    text_ = c;
    return {};
  }
  for (const std::string_view word : {"true", "false", "null"}) {
    if (word.front() != c) continue;
    token_ = Token::word;
    text_ = c;
    word_ = word.substr(1);
    return {};
  }
  return wrong();
}

Result<void> PushParser::structural(char c) {
  if (is_space(c)) return {};
  if (c == ']' || c == '}') return close(c);
  switch (expect_) {
    case Expect::value:
    case Expect::value_or_end:
      return start_value(c);
    case Expect::key:
    case Expect::key_or_end:
      if (c != '"') return wrong();
      text_.clear();
      token_ = Token::string;
      is_key_ = true;
      return {};
    case Expect::colon:
      if (c != ':') return wrong();
      expect_ = Expect::value;
      return {};
    case Expect::comma_or_end:
      if (c != ',') return wrong();
      expect_ = open_.back() == '[' ? Expect::value : Expect::key;
      return {};
    case Expect::nothing:
      break;
  }
  return wrong();
}

Result<void> PushParser::take_string(std::string_view piece, std::size_t& at) {
  const auto begin = piece.begin() + static_cast<std::ptrdiff_t>(at);
  const auto stop = std::find_if(begin, piece.end(), [](char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
  });
  const std::string_view plain(begin, stop);
  at += plain.size();
  position_ += plain.size();
  if (high_ != 0 && !plain.empty()) return wrong();
  if (text_.size() + plain.size() > kPushString)
    return Error(ErrorKind::too_large, "a string is longer than " + human_size(kPushString));
  text_ += plain;
  if (stop == piece.end()) return {};
  ++at;
  ++position_;
  if (*stop == '\\') {
    token_ = Token::escape;
    return {};
  }
  if (*stop != '"' || high_ != 0) return wrong();
  return end_string();
}

Result<void> PushParser::take_escape(char c) {
  if (c == 'u') {
    token_ = Token::unicode;
    unit_ = digits_ = 0;
    return {};
  }
  constexpr std::string_view kNames = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
  const auto found = kNames.find(c);
  if (found == kNames.npos || high_ != 0) return wrong();
  text_ += kMeant[found];
  token_ = Token::string;
  return {};
}

Result<void> PushParser::take_unicode(char c) {
  const auto value = hex_digit(c);
  if (!value) return wrong();
  unit_ = unit_ << 4 | *value;
  if (++digits_ < 4) return {};
  token_ = Token::string;
  const bool low = unit_ >= 0xdc00 && unit_ < 0xe000;
  if (low != (high_ != 0)) return wrong();
  if (unit_ >= 0xd800 && unit_ < 0xdc00) {
    high_ = unit_;
    return {};
  }
  append_utf8(text_, low ? 0x10000 + ((high_ - 0xd800) << 10) + (unit_ - 0xdc00) : unit_);
  high_ = 0;
  return {};
}

Result<void> PushParser::end_string() {
  if (!is_valid_utf8(text_)) return wrong();
  token_ = Token::none;
  if (is_key_) {
    expect_ = Expect::colon;
    return events_.key(text_);
  }
  after_value();
  return events_.string(text_);
}

Result<void> PushParser::take_word(char c) {
  if (c != word_.front()) return wrong();
  word_.remove_prefix(1);
  if (!word_.empty()) return {};
  token_ = Token::none;
  after_value();
  return events_.word(text_ == "n" ? std::nullopt : std::optional(text_ == "t"));
}

Result<void> PushParser::end_number() {
  if (!is_number(text_)) return wrong();
  token_ = Token::none;
  after_value();
  std::uint64_t value = 0;
  const char* const stop = text_.data() + text_.size();
  const auto [at, code] = std::from_chars(text_.data(), stop, value);
  return events_.number(at == stop && code == std::errc() ? std::optional(value) : std::nullopt);
}

Result<void> PushParser::feed(std::string_view piece) {
  for (std::size_t at = 0; at < piece.size();) {
    if (token_ == Token::string) {
      TRY(take_string(piece, at));
      continue;
    }
    const char c = piece[at++];
    ++position_;
    switch (token_) {
      case Token::escape:
        TRY(take_escape(c));
        break;
      case Token::unicode:
        TRY(take_unicode(c));
        break;
      case Token::word:
        TRY(take_word(c));
        break;
      case Token::number:
        if (is_digit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-') {
          if (text_.size() == kNumber) return wrong();
          text_ += c;
          break;
        }
        TRY(end_number());
        TRY(structural(c));
        break;
      case Token::none:
      case Token::string:
        TRY(structural(c));
        break;
    }
  }
  return {};
}

Result<void> PushParser::finish() {
  ++position_;
  if (token_ == Token::number) TRY(end_number());
  if (token_ != Token::none || expect_ != Expect::nothing) return wrong();
  return {};
}

}  // namespace mpk::json
