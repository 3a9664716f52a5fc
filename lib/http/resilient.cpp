// Retries around one attempt: rewinding, waiting, giving up.
#include "http/resilient.hpp"

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
      tell(request, attempt, *delay);
      TRY(pause(*delay, request.sink));
    }
  }

 private:
  std::optional<milliseconds> next_delay(const Request& request, const Attempt& attempt,
                                         unsigned made) {
    if (request.sink != nullptr && !request.sink->restartable()) return std::nullopt;
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

  void tell(const Request& request, const Attempt& attempt, milliseconds delay) const {
    const auto text = request.method + " " + request.url.redacted() + ": " + outcome_text(attempt) +
                      ", " + waiting_text(delay);
    if (delay > kSilentWait) {
      options_.logger.warning(text);
    } else {
      options_.logger.info(text);
    }
  }

  Result<void> pause(milliseconds left, BodySink* sink) {
    constexpr milliseconds kSlice{100};
    while (left > milliseconds{0}) {
      TRY(options_.cancel.check());
      if (sink != nullptr) TRY(sink->poll());
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
