// Audit log: one line of JSON a decision, written beside the answers so that no disk delays them.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mpk::admit {

/// Thread-safe.
class AuditLog {
 public:
  /// "-": standard output; else a file that is added to (0600 when it is made). io.
  static Result<std::unique_ptr<AuditLog>> open(const std::string& file);
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;
  /// What was handed in is written first, for five seconds at most.
  ~AuditLog();

  /// `line` is without its line feed. Never waits: what comes while 4096 lines are not yet out, or
  /// can't be written, is lost and counted.
  void write(std::string_view line);
  std::uint64_t lost() const;

 private:
  struct Impl;
  explicit AuditLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mpk::admit
