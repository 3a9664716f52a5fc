// Retries around one attempt: rewinding, waiting, giving up.
#include "http/resilient.hpp"

#include "http/http_date.hpp"
#include "http/retry.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

namespace mpk::http {
namespace {

using std::chrono::milliseconds;

/// Retry-After as a date is measured against the server's own Date, so that a wrong clock on either
/// side does no harm (RFC 9110 §6.6.1: a server with a clock sends it). Without one it is dropped.
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

class Resilient final : public Transport {
 public:
  Resilient(std::unique_ptr<Sender> inner, TransportOptions options, Patience patience)
      : inner_(std::move(inner)), options_(std::move(options)), patience_(std::move(patience)) {}

  Result<Response> send(Request request) override {
    for (unsigned made = 1;; ++made) {
      TRY(options_.cancel.check());
      Attempt attempt = inner_->send_once(request);
      const auto delay = next_delay(request, attempt, made);
      if (!delay) return std::move(attempt.result);
      // A body that can't be sent again makes this outcome the last one.
      if (request.body != nullptr && !request.body->rewind()) return std::move(attempt.result);
      options_.logger.info(request.method + " " + request.url.redacted() + ": " +
                           outcome_text(attempt) + ", trying again in " +
                           std::to_string(delay->count()) + " ms");
      TRY(pause(*delay));
    }
  }

 private:
  std::optional<milliseconds> next_delay(const Request& request, const Attempt& attempt,
                                         unsigned made) {
    RetryQuestion question;
    question.attempt = made;
    question.max_attempts = options_.attempts;
    question.sent = attempt.sent;
    question.idempotent = request.idempotent;
    question.jitter = patience_.jitter();
    if (!attempt.result) {
      if (attempt.final) return std::nullopt;
      question.error = attempt.result.error().kind();
    } else {
      const auto& wanted = request.no_retry;
      if (std::find(wanted.begin(), wanted.end(), attempt.result->status) != wanted.end()) {
        return std::nullopt;
      }
      question.status = attempt.result->status;
      add_retry_after(question, attempt.result->headers);
    }
    return retry_delay(question);
  }

  Result<void> pause(milliseconds left) {
    constexpr milliseconds kSlice{100};
    while (left > milliseconds{0}) {
      TRY(options_.cancel.check());
      patience_.sleep(std::min(left, kSlice));
      left -= kSlice;
    }
    return {};
  }

  std::unique_ptr<Sender> inner_;
  TransportOptions options_;
  Patience patience_;
};

}  // namespace

Patience real_patience() {
  struct Dice {
    std::mutex mutex;
    std::minstd_rand engine{std::random_device{}()};
  };
  auto dice = std::make_shared<Dice>();
  return {[](milliseconds time) { std::this_thread::sleep_for(time); },
          [dice] {
            const std::lock_guard lock(dice->mutex);
            return std::uniform_real_distribution<double>(0.0, 1.0)(dice->engine);
          }};
}

std::unique_ptr<Transport> make_resilient(std::unique_ptr<Sender> inner, TransportOptions options,
                                          Patience patience) {
  return std::make_unique<Resilient>(std::move(inner), std::move(options), std::move(patience));
}

}  // namespace mpk::http
