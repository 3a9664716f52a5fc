// When to send a request again, and after how long: a pure function.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace mpk::http {

struct RetryQuestion {
  unsigned attempt = 1;  // how many were made
  unsigned max_attempts = 5;
  std::optional<int> status;       // of the answer, if there was one
  std::optional<ErrorKind> error;  // else network or timeout
  bool sent = true;                // false: the failure came before a byte of the request left
  bool idempotent = true;
  std::optional<std::string> retry_after;  // the header, seconds or HTTP-date
  Timestamp now;
  double jitter = 0.5;  // in [0,1), from the caller's generator
};

/// The delay before the next attempt, or nothing: give up. Retried: 408, 425, 429, 500, 502, 503,
/// 504, 499 and 520 to 524, network errors and time-outs (of a request that is not idempotent only
/// while nothing was sent, or when the status says that nothing was done: 429, 503). Backoff 0.25 s
/// · 2^n with full jitter, at most 30 s; Retry-After is a floor, up to 5 minutes, beyond that give
/// up.
std::optional<std::chrono::milliseconds> retry_delay(const RetryQuestion& question);

/// Takes Retry-After from an answer. As a date it is measured against the server's own Date, so
/// that a wrong clock on either side does no harm (RFC 9110 §6.6.1: a server with a clock sends
/// it); without one it is dropped.
void add_retry_after(RetryQuestion& question, const Headers& headers);

/// Longer waits are told to the user, who may think that the program hangs.
inline constexpr std::chrono::milliseconds kSilentWait{2000};
/// "trying again in 30 s"
std::string waiting_text(std::chrono::milliseconds delay);

}  // namespace mpk::http
