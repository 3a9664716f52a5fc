// When to send a request again.
#include "http/retry.hpp"

#include "base/text.hpp"
#include "http/http_date.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mpk::http {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstDelay{250};
constexpr milliseconds kLongestDelay{30'000};
constexpr milliseconds kLongestRetryAfter{300'000};
// The last line: what gateways say when the host behind them did not answer.
constexpr std::array kRetried = {408, 425, 429, 500, 502, 503, 504,  //
                                 499, 520, 521, 522, 523, 524};

bool worth_another(const RetryQuestion& question) {
  if (question.status) {
    const bool nothing_done = *question.status == 429 || *question.status == 503;
    const bool listed =
        std::find(kRetried.begin(), kRetried.end(), *question.status) != kRetried.end();
    return listed && (question.idempotent || nothing_done);
  }
  if (!question.error) return false;
  const bool transient =
      *question.error == ErrorKind::network || *question.error == ErrorKind::timeout;
  return transient && (question.idempotent || !question.sent);
}

/// RFC 9110 §10.2.3. Something unreadable counts as absent; a date in the past as zero.
milliseconds floor_of(const RetryQuestion& question) {
  if (!question.retry_after) return milliseconds{0};
  const auto text = trim(*question.retry_after);
  constexpr std::int64_t kFar = 1'000'000;  // seconds; keeps the product below in range
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  if (digits) {
    const auto seconds = parse_u64(text).value_or(kFar);  // over 64 bits is far, too
    return milliseconds{static_cast<std::int64_t>(std::min<std::uint64_t>(seconds, kFar)) * 1000};
  }
  if (const auto date = parse_http_date(text)) {
    const std::int64_t seconds = date->seconds() - question.now.seconds();
    return milliseconds{std::clamp<std::int64_t>(seconds, 0, kFar) * 1000};
  }
  return milliseconds{0};
}

}  // namespace

std::optional<milliseconds> retry_delay(const RetryQuestion& question) {
  if (question.attempt >= question.max_attempts || !worth_another(question)) return std::nullopt;
  const milliseconds floor = floor_of(question);
  if (floor > kLongestRetryAfter) return std::nullopt;
  const unsigned doublings = std::min(question.attempt - std::min(question.attempt, 1U), 16U);
  const auto backoff = std::min(kFirstDelay * (1U << doublings), kLongestDelay);
  const double jittered = question.jitter * static_cast<double>(backoff.count());
  return std::max(floor, milliseconds{std::llround(jittered)});
}

void add_retry_after(RetryQuestion& question, const Headers& headers) {
  question.retry_after = headers.get("Retry-After");
  if (!question.retry_after || !parse_http_date(*question.retry_after)) return;
  const auto date = parse_http_date(headers.get("Date").value_or(""));
  if (date) {
    question.now = *date;
  } else {
    question.retry_after.reset();
  }
}

std::string waiting_text(milliseconds delay) {
  return "trying again in " + (delay < kSilentWait ? std::to_string(delay.count()) + " ms"
                                                   : std::to_string(delay.count() / 1000) + " s");
}

}  // namespace mpk::http
