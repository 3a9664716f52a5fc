// The table of retries.
#include "http/retry.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace mpk::http {
namespace {

using std::chrono::milliseconds;

RetryQuestion status(int code) {
  RetryQuestion question;
  question.status = code;
  return question;
}

RetryQuestion failure(ErrorKind kind) {
  RetryQuestion question;
  question.error = kind;
  return question;
}

TEST_CASE("item 26: only statuses that may pass are retried") {
  for (const int code : {408, 425, 429, 499, 500, 502, 503, 504, 520, 524}) {
    CAPTURE(code);
    CHECK(retry_delay(status(code)) == milliseconds{125});
  }
  for (const int code :
       {200, 201, 304, 307, 400, 401, 403, 404, 405, 409, 413, 416, 501, 505, 507, 519, 525}) {
    CAPTURE(code);
    CHECK_FALSE(retry_delay(status(code)).has_value());
  }
}

TEST_CASE("only errors that may pass are retried") {
  CHECK(retry_delay(failure(ErrorKind::network)).has_value());
  CHECK(retry_delay(failure(ErrorKind::timeout)).has_value());
  for (const auto kind : {ErrorKind::untrusted, ErrorKind::cancelled, ErrorKind::too_large,
                          ErrorKind::io, ErrorKind::malformed, ErrorKind::internal}) {
    CAPTURE(to_string(kind));
    CHECK_FALSE(retry_delay(failure(kind)).has_value());
  }
  CHECK_FALSE(retry_delay(RetryQuestion{}).has_value());
}

TEST_CASE("a request that is not idempotent is repeated only when it surely did nothing") {
  for (const int code : {408, 425, 429, 500, 502, 503, 504}) {
    CAPTURE(code);
    auto question = status(code);
    question.idempotent = false;
    CHECK(retry_delay(question).has_value() == (code == 429 || code == 503));
  }
  auto question = failure(ErrorKind::network);
  question.idempotent = false;
  CHECK_FALSE(retry_delay(question).has_value());
  question.sent = false;
  CHECK(retry_delay(question).has_value());
}

TEST_CASE("the delay doubles up to thirty seconds, with full jitter") {
  struct Row {
    unsigned attempt;
    double jitter;
    int expected;
  };
  for (const auto& row :
       {Row{1, 0.0, 0}, Row{1, 0.999, 250}, Row{2, 0.5, 250}, Row{3, 0.5, 500}, Row{4, 0.25, 500},
        Row{7, 0.5, 8000}, Row{8, 0.5, 15000}, Row{40, 0.5, 15000}}) {
    CAPTURE(row.attempt);
    CAPTURE(row.jitter);
    auto question = status(503);
    question.attempt = row.attempt;
    question.max_attempts = 100;
    question.jitter = row.jitter;
    CHECK(retry_delay(question) == milliseconds{row.expected});
  }
}

TEST_CASE("the attempts are counted with the first") {
  auto question = status(503);
  question.max_attempts = 3;
  question.attempt = 2;
  CHECK(retry_delay(question).has_value());
  question.attempt = 3;
  CHECK_FALSE(retry_delay(question).has_value());
  question.attempt = 1;
  question.max_attempts = 1;
  CHECK_FALSE(retry_delay(question).has_value());
}

TEST_CASE("Retry-After is a floor of at most five minutes") {
  struct Row {
    const char* header;
    int expected;  // milliseconds, -1: give up
  };
  for (const auto& row :
       {Row{"0", 125}, Row{"2", 2000}, Row{" 7 ", 7000}, Row{"300", 300'000}, Row{"301", -1},
        Row{"99999999999999999999", -1}, Row{"18446744073709551615", -1}, Row{"-1", 125},
        Row{"soon", 125}, Row{"Fri, 20 Nov 2026 14:00:10 GMT", 10'000},
        Row{"Fri, 20 Nov 2026 13:59:00 GMT", 125}, Row{"Fri, 20 Nov 2026 14:05:00 GMT", 300'000},
        Row{"Fri, 20 Nov 2026 14:05:01 GMT", -1}}) {
    CAPTURE(row.header);
    auto question = status(429);
    question.retry_after = row.header;
    question.now = Timestamp::parse("2026-11-20T14:00:00Z").value();
    const auto delay = retry_delay(question);
    if (row.expected < 0) {
      CHECK_FALSE(delay.has_value());
    } else {
      CHECK(delay == milliseconds{row.expected});
    }
  }
}

TEST_CASE("a Retry-After shorter than the backoff does not shorten it") {
  auto question = status(429);
  question.attempt = 4;
  question.retry_after = "1";
  question.jitter = 0.75;
  CHECK(retry_delay(question) == milliseconds{1500});
}

}  // namespace
}  // namespace mpk::http
