// Child: pipes that never block, a look at the clock and at Ctrl-C in between.
#include "agent/child.hpp"

#include "agent/limits.hpp"
#include "base/process_signals.hpp"
#include "base/process_spawn.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <utility>

namespace mpk::agent {
namespace {

constexpr std::size_t kComplaint = 2'000;
// How long a server may take to end by itself, and again after SIGTERM.
constexpr std::chrono::milliseconds kGrace{1'000};
constexpr int kTick = 50;  // milliseconds between looks at Ctrl-C

std::chrono::steady_clock::time_point now() { return std::chrono::steady_clock::now(); }

}  // namespace

Result<std::unique_ptr<Child>> Child::start(const std::vector<std::string>& argv,
                                            CancelToken cancel) {
  if (argv.empty() || argv.front().empty())
    return Error(ErrorKind::usage, "no program to run was named");
  ProcessOptions options;
  options.argv = argv;
  Pipe input = TRY(make_pipe());
  Pipe output = TRY(make_pipe());
  Pipe errors = TRY(make_pipe());
  const pid_t pid = TRY(spawn(
      options, Streams{input.read_end.get(), output.write_end.get(), errors.write_end.get()}));
  std::unique_ptr<Child> child(new Child(std::move(options), pid, std::move(cancel)));
  child->input_ = std::move(input.write_end);
  child->output_ = std::move(output.read_end);
  child->errors_ = std::move(errors.read_end);
  make_nonblocking(child->input_);
  make_nonblocking(child->output_);
  make_nonblocking(child->errors_);
  return child;
}

Child::~Child() { kill_and_reap(); }

// The group first: a child that is reaped gives its number back, and the group with it.
void Child::kill_and_reap() {
  if (std::exchange(reaped_, true)) return;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool Child::has_ended() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid == pid_;
}

void Child::end() {
  if (reaped_) return;
  // MCP, stdio §Shutdown: close the input, wait, ask, insist.
  input_.reset();
  for (const int signal : {0, SIGTERM}) {
    if (signal != 0) ::kill(-pid_, signal);
    const auto until = now() + kGrace;
    while (!has_ended() && now() < until && !cancel_.cancelled()) {
      // Who waits for a reader to take its last words would never end.
      static_cast<void>(receive());
      receive_errors();
      pending_.clear();
      searched_ = 0;
      ::poll(nullptr, 0, 5);
    }
    if (has_ended()) break;
  }
  receive_errors();
  kill_and_reap();
}

Error Child::gone() {
  receive_errors();
  return Error(ErrorKind::network, options_.argv.front() + ": the server ended before it answered");
}

Result<void> Child::wait(bool to_write, Time until) {
  TRY(cancel_.check());
  if (now() >= until) {
    return Error(ErrorKind::timeout, options_.argv.front() + ": no answer in time",
                 "--timeout gives it longer");
  }
  std::array<pollfd, 3> polled{pollfd{output_.get(), POLLIN, 0}, pollfd{errors_.get(), POLLIN, 0},
                               pollfd{to_write ? input_.get() : -1, POLLOUT, 0}};
  ::poll(polled.data(), polled.size(), kTick);
  receive_errors();
  return {};
}

void Child::receive_errors() {
  std::array<char, 4096> buffer{};
  // Bounded: there are writers that never let a reader find the pipe empty.
  for (int reads = 0; errors_ && reads < 64; ++reads) {
    const ssize_t got = ::read(errors_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return errors_.reset();
    errors_text_.append(buffer.data(), static_cast<std::size_t>(got));
    if (errors_text_.size() > kComplaint) errors_text_.erase(0, errors_text_.size() - kComplaint);
  }
}

Result<void> Child::receive() {
  std::array<char, std::size_t{64} << 10> buffer;
  while (output_) {
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return {};
    if (got <= 0) {
      output_.reset();
      return {};
    }
    pending_.append(buffer.data(), static_cast<std::size_t>(got));
    if (pending_.size() > limits::kMessage) {
      return Error(ErrorKind::too_large, options_.argv.front() +
                                             ": a message is over the limit of " +
                                             std::to_string(limits::kMessage) + " bytes");
    }
    if (pending_.find('\n', pending_.size() - static_cast<std::size_t>(got)) != std::string::npos)
      return {};
  }
  return {};
}

Result<void> Child::write_line(std::string_view line, Time until) {
  const BlockedSigpipe blocked;
  std::string text(line);
  text += '\n';
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = input_ ? ::write(input_.get(), rest.data(), rest.size()) : -1;
    if (written > 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    if (input_ && written < 0 && errno == EINTR) continue;
    if (!input_ || errno != EAGAIN) {
      input_.reset();
      return gone();
    }
    TRY(wait(true, until));
  }
  return {};
}

Result<std::string> Child::read_line(Time until) {
  while (true) {
    const auto end = pending_.find('\n', searched_);
    if (end != std::string::npos) {
      auto line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      searched_ = 0;
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    searched_ = pending_.size();
    if (!output_) return gone();
    TRY(wait(false, until));
    TRY(receive());
  }
}

}  // namespace mpk::agent
