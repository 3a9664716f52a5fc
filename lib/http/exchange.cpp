// The bounded buffers of one transfer.
#include "http/exchange.hpp"

#include <algorithm>
#include <utility>

namespace mpk::http {
namespace {

// Of an answer's bytes: less is left to grow for a moment, since every piece costs whoever hashes
// and writes it a switch of threads, and two large pieces are hashed together.
constexpr std::size_t kWorthTaking = Exchange::kBufferSize / 2;
constexpr std::chrono::milliseconds kMoment{5};

}  // namespace

Exchange::Pulled Exchange::pull(std::span<std::uint8_t> into) {
  const std::lock_guard lock(mutex_);
  if (abandoned_) return {Flow::stop, 0};
  if (rewind_wanted_ || up_.empty()) {
    if (!rewind_wanted_ && up_finished_) return {Flow::go, 0};
    pull_paused_ = true;
    return {Flow::pause, 0};
  }
  const Bytes& front = up_.front();
  const std::size_t count = std::min(into.size(), front.size() - up_offset_);
  std::copy_n(front.data() + up_offset_, count, into.data());
  pulled_any_ = true;
  up_offset_ += count;
  if (up_offset_ == front.size()) {
    spare_.push_back(std::move(up_.front()));
    up_.pop_front();
    up_offset_ = 0;
    changed_.notify_all();
  }
  return {Flow::go, count};
}

void Exchange::restart() {
  const std::lock_guard lock(mutex_);
  if (!pulled_any_) return;
  rewind_wanted_ = true;
  pulled_any_ = false;
  up_finished_ = false;
  up_.clear();
  up_offset_ = 0;
  changed_.notify_all();
}

void Exchange::answer(int status, Headers headers) {
  const std::lock_guard lock(mutex_);
  status_ = status;
  headers_ = std::move(headers);
  answered_ = true;
  changed_.notify_all();
}

Exchange::Flow Exchange::push(BytesView bytes) {
  const std::lock_guard lock(mutex_);
  if (abandoned_) return Flow::stop;
  if (!down_.empty() && down_.back().size() + bytes.size() <= kBufferSize) {
    const bool was_small = down_.back().size() < kWorthTaking;
    down_.back().insert(down_.back().end(), bytes.begin(), bytes.end());
    if (was_small && down_.back().size() >= kWorthTaking) changed_.notify_all();
    return Flow::go;
  }
  if (down_.size() >= kBuffers) {
    push_paused_ = true;
    return Flow::pause;
  }
  Bytes buffer;
  if (!spare_.empty()) {
    buffer = std::move(spare_.back());
    spare_.pop_back();
  }
  buffer.assign(bytes.begin(), bytes.end());
  down_.push_back(std::move(buffer));
  changed_.notify_all();
  return Flow::go;
}

void Exchange::end(Ending ending) {
  const std::lock_guard lock(mutex_);
  ending_ = std::move(ending);
  changed_.notify_all();
}

bool Exchange::take_resume() {
  const std::lock_guard lock(mutex_);
  return std::exchange(resume_, false);
}

bool Exchange::abandoned() const {
  const std::lock_guard lock(mutex_);
  return abandoned_;
}

bool Exchange::waiting_for_caller() const {
  const std::lock_guard lock(mutex_);
  return pull_paused_ || push_paused_ || resume_;
}

bool Exchange::body_gone() const {
  const std::lock_guard lock(mutex_);
  return up_finished_ && up_.empty() && !rewind_wanted_;
}

Exchange::Event Exchange::wait(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  auto event = Event::nothing;
  bool patient = true;
  const auto look = [&] {
    if (rewind_wanted_) {
      event = Event::rewind;
    } else if (answered_ && !answer_seen_) {
      event = Event::answer;
      answer_seen_ = true;
    } else if (!down_.empty() &&
               (!patient || ending_ || down_.size() > 1 || down_.front().size() >= kWorthTaking)) {
      event = Event::bytes;
    } else if (ending_) {
      event = Event::ended;
    } else if (!up_finished_ && up_.size() < kBuffers) {
      event = Event::room;
    }
    return event != Event::nothing;
  };
  if (changed_.wait_for(lock, std::min(limit, kMoment), look)) return event;
  patient = false;
  changed_.wait_for(lock, limit - std::min(limit, kMoment), look);
  return event;
}

/// Lets the engine go on after a pause; the call itself needs no lock.
void Exchange::wake_if_paused(std::unique_lock<std::mutex> lock, bool& paused) {
  const bool was_paused = std::exchange(paused, false);
  if (was_paused) resume_ = true;
  lock.unlock();
  if (was_paused) wake_();
}

void Exchange::rewound() {
  const std::lock_guard lock(mutex_);
  rewind_wanted_ = false;
}

Bytes Exchange::spare() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return {};
  Bytes buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

void Exchange::give(Bytes bytes) {
  std::unique_lock lock(mutex_);
  if (rewind_wanted_) return;
  up_.push_back(std::move(bytes));
  wake_if_paused(std::move(lock), pull_paused_);
}

void Exchange::finish_body() {
  std::unique_lock lock(mutex_);
  if (rewind_wanted_) return;
  up_finished_ = true;
  wake_if_paused(std::move(lock), pull_paused_);
}

Bytes Exchange::take() {
  std::unique_lock lock(mutex_);
  Bytes bytes = std::move(down_.front());
  down_.pop_front();
  wake_if_paused(std::move(lock), push_paused_);
  return bytes;
}

void Exchange::recycle(Bytes bytes) {
  const std::lock_guard lock(mutex_);
  if (spare_.size() < 2 * kBuffers) spare_.push_back(std::move(bytes));
}

void Exchange::abandon() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  wake_();
}

int Exchange::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

Headers Exchange::take_headers() {
  const std::lock_guard lock(mutex_);
  return std::move(headers_);
}

Exchange::Ending Exchange::ending() const {
  const std::lock_guard lock(mutex_);
  return ending_.value_or(Ending{});
}

}  // namespace mpk::http
