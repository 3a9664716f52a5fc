// Parallel: the caller and some helper threads take indices from one counter.
#include "base/parallel.hpp"

#include "base/background.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace mpk {
namespace {

class Run {
 public:
  Run(std::size_t count, const CancelToken& cancel,
      const std::function<Result<void>(std::size_t)>& work)
      : count_(count), cancel_(cancel), work_(work) {}

  void take_until_done() {
    while (!stopped_.load(std::memory_order_relaxed)) {
      const std::size_t index = next_.fetch_add(1, std::memory_order_relaxed);
      if (index >= count_) return;
      Result<void> outcome = call(index);
      if (!outcome) fail(index, std::move(outcome).error());
    }
  }

  Result<void> outcome() && {
    if (error_) return *std::move(error_);
    return {};
  }

 private:
  Result<void> call(std::size_t index) const {
    TRY(cancel_.check());
    try {
      return work_(index);
    } catch (const std::exception& thrown) {
      return Error(ErrorKind::internal, fmt::format("unexpected exception: {}", thrown.what()));
    } catch (...) {
      return Error(ErrorKind::internal, "unexpected exception of an unknown type");
    }
  }

  void fail(std::size_t index, Error error) {
    stopped_.store(true, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    // "cancelled" is what a failure elsewhere looks like from here: it never hides the cause.
    const bool is_cause = error.kind() != ErrorKind::cancelled;
    const bool has_cause = error_ && error_->kind() != ErrorKind::cancelled;
    if (!error_ || (is_cause && !has_cause) || (is_cause == has_cause && index < error_index_)) {
      error_ = std::move(error);
      error_index_ = index;
    }
  }

  const std::size_t count_;
  const CancelToken& cancel_;
  const std::function<Result<void>(std::size_t)>& work_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::optional<Error> error_;
  std::size_t error_index_ = 0;
};

}  // namespace

CancelToken CancelToken::child() const {
  CancelToken made;
  made.state_->parent = state_;
  return made;
}

bool CancelToken::cancelled() const {
  for (const State* state = state_.get(); state != nullptr; state = state->parent.get()) {
    if (state->flag.load(std::memory_order_relaxed)) return true;
  }
  return false;
}

Result<void> CancelToken::check() const {
  if (cancelled()) return Error(ErrorKind::cancelled, "interrupted");
  return {};
}

Result<void> parallel_for(std::size_t count, std::size_t workers, const CancelToken& cancel,
                          const std::function<Result<void>(std::size_t)>& work) {
  Run run(count, cancel, work);
  {
    std::vector<std::jthread> helpers;
    const std::size_t wanted = std::min(workers, count);
    try {
      while (helpers.size() + 1 < wanted) {
        helpers.emplace_back([&run] { run.take_until_done(); });
        if (helpers.size() == 1) move_to_another_processor(helpers.front());
      }
    } catch (const std::system_error&) {
      // The system gives no more threads: slower, not wrong, for the caller works too.
    }
    run.take_until_done();
  }
  return std::move(run).outcome();
}

Result<void> parallel_for(
    std::size_t count, std::size_t workers, const CancelToken& cancel,
    const std::function<Result<void>(std::size_t, const CancelToken& stop)>& work) {
  const CancelToken stop = cancel.child();
  return parallel_for(count, workers, stop, [&](std::size_t index) -> Result<void> {
    auto outcome = work(index, stop);
    if (!outcome) stop.cancel();
    return outcome;
  });
}

}  // namespace mpk
