// PushParser: JSON that arrives in pieces, as events; memory for one string at a time.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::json {

/// What a document holds, in its order. An error stops the parser and is its error.
class PushEvents {
 public:
  PushEvents() = default;
  PushEvents(const PushEvents&) = delete;
  PushEvents& operator=(const PushEvents&) = delete;
  virtual ~PushEvents() = default;

  virtual Result<void> begin(bool array) = 0;
  virtual Result<void> end(bool array) = 0;
  virtual Result<void> key(std::string& text) = 0;
  virtual Result<void> string(std::string& text) = 0;
  /// nullopt: a number that is negative, has a fraction or an exponent, or does not fit.
  virtual Result<void> number(std::optional<std::uint64_t> value) = 0;
  /// nullopt: null.
  virtual Result<void> word(std::optional<bool> value) = 0;
};

/// RFC 8259 without a byte order mark; duplicate keys are two events. Linear time, the memory of
/// kPushString whatever comes. Not thread-safe.
class PushParser {
 public:
  explicit PushParser(PushEvents& events) : events_(events) {}
  /// malformed: syntax (with the byte's number, from 1), invalid UTF-8, a lone surrogate, nested
  /// over limits::kJsonDepth; too_large: a string over kPushString. Not to be called after an
  /// error.
  Result<void> feed(std::string_view piece);
  /// malformed: the document is not at its end.
  Result<void> finish();

 private:
  enum class Token { none, string, escape, unicode, number, word };
  enum class Expect { value, value_or_end, key, key_or_end, colon, comma_or_end, nothing };

  Result<void> wrong() const;
  Result<void> structural(char c);
  Result<void> open(char c);
  Result<void> close(char c);
  Result<void> start_value(char c);
  Result<void> take_string(std::string_view piece, std::size_t& at);
  Result<void> take_escape(char c);
  Result<void> take_unicode(char c);
  Result<void> end_string();
  Result<void> take_word(char c);
  Result<void> end_number();
  void after_value();

  PushEvents& events_;
  std::string open_;  // '[' and '{'
  std::string text_;  // of the token
  std::uint64_t position_ = 0;
  Token token_ = Token::none;
  Expect expect_ = Expect::value;
  bool is_key_ = false;
  std::string_view word_;  // what is left of it
  std::uint32_t unit_ = 0, high_ = 0;
  unsigned digits_ = 0;
};

inline constexpr std::size_t kPushString = 4U << 20;

}  // namespace mpk::json
