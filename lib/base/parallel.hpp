// Parallel: a bounded set of workers over a list; the first error wins and cancels the rest.
#pragma once

#include "base/result.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

namespace mpk {

/// Copies share one flag. Thread-safe; cancel() is async-signal-safe.
class CancelToken {
 public:
  CancelToken() : state_(std::make_shared<State>()) {}
  /// A token that is cancelled with this one, and that can be cancelled without it.
  CancelToken child() const;
  void cancel() const { state_->flag.store(true, std::memory_order_relaxed); }
  bool cancelled() const;
  /// Error of kind cancelled once the flag is set.
  Result<void> check() const;

 private:
  struct State {
    std::atomic<bool> flag{false};
    std::shared_ptr<const State> parent;
  };
  std::shared_ptr<State> state_;
};

/// Calls work(0) … work(count-1) on at most `workers` threads, in order of index as far as threads
/// are free. Returns the error of the lowest failed index (kind cancelled only if nothing else
/// failed). After a failure no further index starts; `cancel` is *not* set by it, siblings that run
/// finish. An exception in `work` becomes kind internal.
Result<void> parallel_for(std::size_t count, std::size_t workers, const CancelToken& cancel,
                          const std::function<Result<void>(std::size_t)>& work);

/// The same, and a failure also stops the siblings that run: they see it in the token they are
/// given.
Result<void> parallel_for(
    std::size_t count, std::size_t workers, const CancelToken& cancel,
    const std::function<Result<void>(std::size_t, const CancelToken& stop)>& work);

}  // namespace mpk
