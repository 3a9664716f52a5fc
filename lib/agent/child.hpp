// Child: a program that mpk talks to line by line, and that does not outlive the talk.
#pragma once

#include "agent/channel.hpp"
#include "base/fd.hpp"
#include "base/parallel.hpp"
#include "base/process.hpp"
#include "base/result.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::agent {

/// Runs in a process group of its own, without a shell; the whole group is killed and the child
/// reaped on destruction. Not thread-safe.
class Child {
 public:
  /// not_found: no such program; io.
  static Result<std::unique_ptr<Child>> start(const std::vector<std::string>& argv,
                                              CancelToken cancel);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// Adds the line feed. timeout; cancelled; network: it reads no more.
  Result<void> write_line(std::string_view line, Time until);
  /// Without the line feed. timeout; cancelled; network: it ended or closed its output; too_large:
  /// over limits::kMessage.
  Result<std::string> read_line(Time until);
  /// Ends it: closes its input, waits for a moment, then kills it.
  void end();
  /// The end of what it wrote to standard error, as much as a screen takes; raw.
  const std::string& complaint() const { return errors_text_; }

 private:
  Child(ProcessOptions options, pid_t pid, CancelToken cancel)
      : options_(std::move(options)), pid_(pid), cancel_(std::move(cancel)) {}
  Result<void> wait(bool to_write, Time until);
  Result<void> receive();
  void receive_errors();
  Error gone();
  bool has_ended() const;
  void kill_and_reap();

  ProcessOptions options_;
  pid_t pid_;
  CancelToken cancel_;
  Fd input_, output_, errors_;
  std::string pending_;       // read, and no whole line yet
  std::size_t searched_ = 0;  // of it, without a line feed
  std::string errors_text_;
  bool reaped_ = false;
};

}  // namespace mpk::agent
