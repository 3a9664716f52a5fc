// ProgressHook: for tests, a Progress that calls back while a named file is opened or read.
#pragma once

#include "base/progress.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace mpk::testing {

/// Thread-safe; `action` runs on the thread that reads. `totals` and `outcomes` are for when all
/// is done.
class ProgressHook final : public Progress {
 public:
  enum class When : std::uint8_t { opened, first_piece_read };

  ProgressHook(std::string name, When when, std::function<void()> action)
      : name_(std::move(name)), when_(when), action_(std::move(action)) {}

  std::unique_ptr<ProgressTask> start(std::string_view name, std::uint64_t total) override {
    {
      const std::scoped_lock lock(mutex_);
      totals[std::string(name)] = total;
    }
    const bool meant = name == name_;
    if (meant && when_ == When::opened) action_();
    return std::make_unique<Task>(*this, meant && when_ == When::first_piece_read);
  }

  std::map<std::string, std::uint64_t> totals;  // by name
  std::map<std::string, int> outcomes;          // how often each

 private:
  struct Task final : ProgressTask {
    Task(ProgressHook& owner, bool calls) : hook(owner), calls_back(calls) {}
    void advance(std::uint64_t /*bytes*/) override {
      if (std::exchange(calls_back, false)) hook.action_();
    }
    void restart() override {}
    void done(std::string_view outcome) override {
      const std::scoped_lock lock(hook.mutex_);
      ++hook.outcomes[std::string(outcome)];
    }
    ProgressHook& hook;
    bool calls_back;
  };

  const std::string name_;
  const When when_;
  const std::function<void()> action_;
  std::mutex mutex_;
};

}  // namespace mpk::testing
