// Progress: what a long transfer tells whoever draws bars; Stats: what it cost.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mpk {

/// One transfer in flight. advance() may be called from any thread.
class ProgressTask {
 public:
  virtual ~ProgressTask() = default;
  virtual void advance(std::uint64_t bytes) = 0;
  /// The transfer starts over (a retry).
  virtual void restart() = 0;
  /// "pushed", "already there", …; ends the task.
  virtual void done(std::string_view outcome) = 0;
};

/// Thread-safe.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual std::unique_ptr<ProgressTask> start(std::string_view name, std::uint64_t total_bytes) = 0;
};

/// Draws nothing.
class NoProgress final : public Progress {
 public:
  std::unique_ptr<ProgressTask> start(std::string_view name, std::uint64_t total_bytes) override;
};

/// Counters that `--stats` prints and that tests assert. Thread-safe.
struct Stats {
  std::atomic<std::uint64_t> bytes_read{0};      // from model files
  std::atomic<std::uint64_t> bytes_hashed{0};    // of model files
  std::atomic<std::uint64_t> bytes_sent{0};      // request bodies
  std::atomic<std::uint64_t> bytes_received{0};  // response bodies
  std::atomic<std::uint64_t> bytes_written{0};   // to files of a model
  std::atomic<std::uint64_t> requests{0};
};

}  // namespace mpk
