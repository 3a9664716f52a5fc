// Children: started by posix_spawn, with pipes above the standard streams.
#include "base/process_spawn.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk {
namespace {

// Above 2, or else a caller with a closed standard stream would have the child's overwritten.
Result<Fd> above_standard_streams(Fd fd) {
  if (fd.get() > STDERR_FILENO) return fd;
  Fd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!moved) return errno_error(errno, "make", "pipe");
  return moved;
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

}  // namespace

Error process_error(int number, std::string_view action, const ProcessOptions& options) {
  return errno_error(number, action, options.argv.front());
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

Result<std::optional<int>> exit_code_of(pid_t pid, const ProcessOptions& options) {
  int status = 0;
  const pid_t ended = ::waitpid(pid, &status, WNOHANG);
  if (ended < 0 && errno != EINTR) return process_error(errno, "wait for", options);
  if (ended != pid) return std::optional<int>();
  return std::optional<int>(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

}  // namespace mpk
