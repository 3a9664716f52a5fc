// Process: posix_spawn with pipes, caps and a deadline; or with our own terminal.
#include "base/process.hpp"

#include "base/fd.hpp"
#include "base/file.hpp"
#include "base/process_signals.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
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

Error process_error(int number, std::string_view action, const ProcessOptions& options) {
  return errno_error(number, action, options.argv.front());
}

struct Pipe {
  Fd read_end, write_end;
};

// Above 2, or else a caller with a closed standard stream would have the child's overwritten.
Result<Fd> above_standard_streams(Fd fd) {
  if (fd.get() > STDERR_FILENO) return fd;
  Fd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!moved) return errno_error(errno, "make", "pipe");
  return moved;
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return errno_error(errno, "make", "pipe");
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  pipe.read_end = TRY(above_standard_streams(std::move(pipe.read_end)));
  pipe.write_end = TRY(above_standard_streams(std::move(pipe.write_end)));
  return pipe;
}

void make_nonblocking(const Fd& fd) {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

// "NAME=value" for all that we inherited and all that was added; the latter wins.
std::vector<std::string> child_environment(const ProcessOptions& options) {
  std::vector<std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view inherited(*entry);
    const std::string_view name = inherited.substr(0, inherited.find('='));
    bool replaced = false;
    for (const auto& added : options.environment) replaced = replaced || added.first == name;
    if (!replaced) out.emplace_back(inherited);
  }
  for (const auto& [name, value] : options.environment)
    out.push_back(fmt::format("{}={}", name, value));
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

struct Streams {
  int input, output, errors;
};

// `streams`: what becomes 0, 1 and 2 of a child in a process group of its own; none: ours do, and
// it stays in our group, which owns the terminal.
Result<pid_t> spawn(const ProcessOptions& options, const std::optional<Streams>& streams) {
  std::vector<std::string> argv = options.argv;
  std::vector<std::string> environment = child_environment(options);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);

  // What mpk blocks or ignores is its own affair.
  sigset_t none;
  sigset_t restored;
  ::sigemptyset(&none);
  ::sigemptyset(&restored);
  ::sigaddset(&restored, SIGPIPE);
  ::sigaddset(&restored, SIGXFSZ);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &restored);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (streams) {
    flags |= POSIX_SPAWN_SETPGROUP;
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawn_file_actions_adddup2(&actions, streams->input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, streams->output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, streams->errors, STDERR_FILENO);
  }
  ::posix_spawnattr_setflags(&attributes, flags);

  pid_t pid = -1;
  const int number = ::posix_spawnp(&pid, argv.front().c_str(), &actions, &attributes,
                                    pointers(argv).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (number == ENOENT) {
    return Error(ErrorKind::not_found, fmt::format("{}: no such program", options.argv.front()));
  }
  if (number != 0) return process_error(number, "run", options);
  return pid;
}

// The exit code, or nothing while it runs. An error where SIGCHLD is ignored: then nobody keeps it.
Result<std::optional<int>> exit_code_of(pid_t pid, const ProcessOptions& options) {
  int status = 0;
  const pid_t ended = ::waitpid(pid, &status, WNOHANG);
  if (ended < 0 && errno != EINTR) return process_error(errno, "wait for", options);
  if (ended != pid) return std::optional<int>();
  return std::optional<int>(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

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
