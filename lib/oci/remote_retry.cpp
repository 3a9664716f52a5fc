// Pauses and further tries.
#include "oci/remote_retry.hpp"

#include "http/retry.hpp"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

namespace mpk::oci {
namespace {

using std::chrono::milliseconds;

constexpr unsigned kTries = 5;
constexpr milliseconds kSlice{100};

}  // namespace

double jitter() {
  thread_local std::minstd_rand generator(std::random_device{}());
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

Result<void> RemotePauses::pause(milliseconds time) const {
  TRY(cancel_.check());
  if (sleep_) {
    sleep_(static_cast<unsigned>(time.count()));
    return {};
  }
  for (auto left = time; left > milliseconds{0}; left -= kSlice) {
    std::this_thread::sleep_for(std::min(left, kSlice));
    TRY(cancel_.check());
  }
  return {};
}

Result<void> RemotePauses::pause(milliseconds time, const std::string& why) const {
  const auto text = why + ", " + http::waiting_text(time);
  if (time > http::kSilentWait) {
    logger_.warning(text);
  } else {
    logger_.info(text);
  }
  return pause(time);
}

Result<void> UploadTries::again(Error error) {
  http::RetryQuestion question;
  question.attempt = ++made_;
  question.max_attempts = kTries;
  question.jitter = jitter();
  if (const auto refusal = std::exchange(refusal_, std::nullopt)) {
    question.status = refusal->status;
    http::add_retry_after(question, refusal->headers);
  } else {
    question.error = error.kind();
  }
  const auto delay = http::retry_delay(question);
  if (!delay) return error;
  return pauses_.pause(*delay, subject_ + ": " + error.message());
}

}  // namespace mpk::oci
