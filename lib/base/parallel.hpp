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
  CancelToken() : flag_(std::make_shared<std::atomic<bool>>(false)) {}
  void cancel() const { flag_->store(true, std::memory_order_relaxed); }
  bool cancelled() const { return flag_->load(std::memory_order_relaxed); }
  /// Error of kind cancelled once the flag is set.
  Result<void> check() const;

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

/// Calls work(0) … work(count-1) on at most `workers` threads, in order of index as far as threads
/// are free. Returns the error of the lowest failed index (kind cancelled only if nothing else
/// failed). After a failure no further index starts; `cancel` is *not* set by it, siblings that run
/// finish. An exception in `work` becomes kind internal.
Result<void> parallel_for(std::size_t count, std::size_t workers, const CancelToken& cancel,
                          const std::function<Result<void>(std::size_t)>& work);

}  // namespace mpk
