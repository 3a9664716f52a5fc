// One line of the audit log (RFC 8259 §7).
#include "admit/audit_line.hpp"

#include <fmt/core.h>

#include <utility>

namespace mpk::admit {

void AuditLine::text(std::string_view key, std::string_view value) {
  this->key(key);
  quoted(value);
}

void AuditLine::texts(std::string_view key, const std::vector<std::string>& values) {
  this->key(key);
  text_ += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text_ += ',';
    quoted(values[i]);
  }
  text_ += ']';
}

void AuditLine::number(std::string_view key, std::int64_t value) {
  this->key(key);
  text_ += std::to_string(value);
}

void AuditLine::flag(std::string_view key, bool value) {
  this->key(key);
  text_ += value ? "true" : "false";
}

std::string AuditLine::take() && {
  text_ += "}\n";
  return std::move(text_);
}

void AuditLine::key(std::string_view key) {
  if (text_.size() > 1) text_ += ',';
  quoted(key);
  text_ += ':';
}

void AuditLine::quoted(std::string_view value) {
  text_ += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text_ += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      text_ += c;
    }
  }
  text_ += '"';
}

}  // namespace mpk::admit
