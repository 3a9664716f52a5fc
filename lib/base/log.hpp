// Log: levels, redaction, and a sink that the command line sets.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace mpk {

enum class LogLevel { error, warning, info, debug };

/// Thread-safe. Hand a Logger& down; there is no global one.
class Logger {
 public:
  using Sink = std::function<void(LogLevel, std::string_view)>;
  Logger() = default;  // drops everything
  Logger(LogLevel level, Sink sink) : level_(level), sink_(std::move(sink)) {}

  void warning(std::string_view text) const { write(LogLevel::warning, text); }
  void info(std::string_view text) const { write(LogLevel::info, text); }
  void debug(std::string_view text) const { write(LogLevel::debug, text); }
  bool enabled(LogLevel level) const { return sink_ && level <= level_; }

 private:
  void write(LogLevel level, std::string_view text) const;
  LogLevel level_ = LogLevel::warning;
  Sink sink_;
  std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();  // one line at a time
};

/// Bearer and Basic credentials, JWTs, URL userinfo and values of known secret keys become "***".
std::string redact(std::string_view text);

}  // namespace mpk
