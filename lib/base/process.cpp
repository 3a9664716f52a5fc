// Process: a child with pipes, caps and a deadline; or with our own terminal.
#include "base/process.hpp"

#include "base/fd.hpp"
#include "base/process_signals.hpp"
#include "base/process_spawn.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>

namespace mpk {
namespace {

using Clock = std::chrono::steady_clock;

// One child with its three pipes. If it still runs on destruction, its group is killed.
class Conversation {
 public:
  Conversation(const ProcessOptions& options, pid_t pid, Fd input, Fd output, Fd errors)
      : options_(options),
        pid_(pid),
        input_(std::move(input)),
        output_(std::move(output)),
        errors_(std::move(errors)) {
    make_nonblocking(input_);
    make_nonblocking(output_);
    make_nonblocking(errors_);
    if (options_.input.empty()) input_.reset();
  }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  ~Conversation() {
    if (reaped_) return;
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  Result<ProcessOutcome> run() {
    const BlockedSigpipe blocked;
    const auto deadline = Clock::now() + std::chrono::seconds(options_.timeout_seconds);
    while (!reaped_) {
      if (Clock::now() >= deadline) {
        return Error(ErrorKind::timeout,
                     fmt::format("{}: no end after {} s, killed", options_.argv.front(),
                                 options_.timeout_seconds));
      }
      wait_for_events();
      // Before reading: what a dead child wrote is then all there.
      TRY(reap_if_ended());
      TRY(receive());
      send();
    }
    return std::move(outcome_);
  }

 private:
  void wait_for_events() {
    // A background grandchild may hold the pipes for ever, so their end is not the child's end:
    // that is asked for at each tick.
    const bool silent = !output_ && !errors_;
    std::array<pollfd, 3> polled{pollfd{output_.get(), POLLIN, 0}, pollfd{errors_.get(), POLLIN, 0},
                                 pollfd{input_.get(), POLLOUT, 0}};
    ::poll(polled.data(), polled.size(), silent ? 1 : 20);
  }

  Result<void> reap_if_ended() {
    if (const auto exit_code = TRY(exit_code_of(pid_, options_))) {
      reaped_ = true;
      outcome_.exit_code = *exit_code;
    }
    return {};
  }

  Result<void> receive() {
    TRY(drain(output_, [this](std::string_view bytes) {
      outcome_.output.append(bytes);
      return outcome_.output.size() <= options_.output_cap;
    }));
    // Chatter is for people: its start is enough, and no reason to give up.
    return drain(errors_, [this](std::string_view bytes) {
      const std::size_t room = options_.output_cap - outcome_.errors.size();
      outcome_.errors.append(bytes.substr(0, room));
      return true;
    });
  }

  template <class Take>
  Result<void> drain(Fd& fd, const Take& take) const {
    std::array<char, std::size_t{16} << 10> buffer;
    // One mebibyte, the most that a pipe can hold, and then back to the deadline: there are writers
    // that never let a reader find the pipe empty.
    for (int reads = 0; fd && reads < 64; ++reads) {
      const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return {};
      if (got < 0) return process_error(errno, "read from", options_);
      if (got == 0) fd.reset();
      if (!take(std::string_view(buffer.data(), static_cast<std::size_t>(got)))) {
        return Error(ErrorKind::too_large,
                     fmt::format("{}: writes more than the limit of {} bytes, killed",
                                 options_.argv.front(), options_.output_cap));
      }
    }
    return {};
  }

  // A child may end, or close its input, without having read it all: no error of ours.
  void send() {
    while (input_) {
      const ssize_t written =
          ::write(input_.get(), options_.input.data() + sent_, options_.input.size() - sent_);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0 && errno == EAGAIN) return;
      if (written > 0) sent_ += static_cast<std::size_t>(written);
      if (written < 0 || sent_ == options_.input.size()) input_.reset();
    }
  }

  const ProcessOptions& options_;
  pid_t pid_;
  Fd input_, output_, errors_;
  std::size_t sent_ = 0;
  bool reaped_ = false;
  ProcessOutcome outcome_;
};

Result<ProcessOutcome> run_captured(const ProcessOptions& options) {
  Pipe input = TRY(make_pipe());
  Pipe output = TRY(make_pipe());
  Pipe errors = TRY(make_pipe());
  const pid_t pid = TRY(spawn(
      options, Streams{input.read_end.get(), output.write_end.get(), errors.write_end.get()}));
  input.read_end.reset();
  output.write_end.reset();
  errors.write_end.reset();
  return Conversation(options, pid, std::move(input.write_end), std::move(output.read_end),
                      std::move(errors.read_end))
      .run();
}

Result<ProcessOutcome> run_on_terminal(const ProcessOptions& options) {
  SignalsForChild signals;
  const pid_t pid = TRY(spawn(options, std::nullopt));
  while (true) {
    if (const auto exit_code = TRY(exit_code_of(pid, options)))
      return ProcessOutcome{*exit_code, {}, {}};
    if (const int signal = signals.take(); signal != 0) ::kill(pid, signal);
    // In short steps: a signal may be handled by any thread, so none is sure to end a longer wait.
    ::poll(nullptr, 0, 10);
  }
}

}  // namespace

Result<ProcessOutcome> run_process(const ProcessOptions& options) {
  if (options.argv.empty() || options.argv.front().empty()) {
    return Error(ErrorKind::usage, "no program to run was named");
  }
  return options.inherit_stdio ? run_on_terminal(options) : run_captured(options);
}

}  // namespace mpk
