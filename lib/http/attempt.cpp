// What is said about an attempt.
#include "http/attempt.hpp"

namespace mpk::http {

std::string outcome_text(const Attempt& attempt) {
  return attempt.result ? "status " + std::to_string(attempt.result->status)
                        : redact(attempt.result.error().text());
}

void log_attempt(const Logger& logger, const Request& request, const Attempt& attempt,
                 std::chrono::steady_clock::duration time) {
  if (!logger.enabled(LogLevel::debug)) return;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  logger.debug(request.method + " " + request.url.redacted() + ": " + outcome_text(attempt) + " (" +
               std::to_string(ms) + " ms)");
}

}  // namespace mpk::http
