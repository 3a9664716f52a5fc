// One line of the audit log: a JSON object whose members are written as they come.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::admit {

/// Texts are valid UTF-8; each key comes once.
class AuditLine {
 public:
  void text(std::string_view key, std::string_view value);
  void texts(std::string_view key, const std::vector<std::string>& values);
  void number(std::string_view key, std::int64_t value);
  void flag(std::string_view key, bool value);
  /// The object with a line feed.
  std::string take() &&;

 private:
  void key(std::string_view key);
  void quoted(std::string_view value);
  std::string text_ = "{";
};

}  // namespace mpk::admit
