// Writer: JSON text as it comes, without building a value first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::json {

/// Compact JSON (RFC 8259). The caller keeps the grammar: in an object each value has its key, each
/// key comes once, and what is opened is closed. Texts are valid UTF-8.
class Writer {
 public:
  Writer() { out_.reserve(512); }  // most documents: one allocation
  void open_object() { open('{'); }
  void close_object() { close('}'); }
  void open_array() { open('['); }
  void close_array() { close(']'); }
  void key(std::string_view key);

  void text(std::string_view value);
  void number(std::int64_t value);
  void flag(bool value);

  // A member of an object.
  void text(std::string_view key, std::string_view value);
  void texts(std::string_view key, const std::vector<std::string>& values);
  void number(std::string_view key, std::int64_t value);
  void flag(std::string_view key, bool value);

  std::string take() && { return std::move(out_); }

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();
  void quoted(std::string_view value);

  std::string out_;
  bool follows_ = false;  // a value or a member stands before
};

}  // namespace mpk::json
