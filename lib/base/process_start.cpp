// Programs that go on without us.
#include "base/file.hpp"
#include "base/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

namespace mpk {

Result<void> start_process(const std::vector<std::string>& argv) {
  if (argv.empty() || argv.front().empty()) {
    return Error(ErrorKind::usage, "no program to run was named");
  }
  std::vector<std::string> texts = argv;
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  // As run_process: what mpk blocks or ignores is its own affair.
  sigset_t none;
  sigset_t restored;
  ::sigemptyset(&none);
  ::sigemptyset(&restored);
  ::sigaddset(&restored, SIGPIPE);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &restored);
  // In a session of its own Ctrl-C in our terminal does not close the user's browser.
  ::posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  pid_t pid = -1;
  const int number =
      ::posix_spawnp(&pid, argv.front().c_str(), &actions, &attributes, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (number == ENOENT) return Error(ErrorKind::not_found, argv.front() + ": no such program");
  if (number != 0) return errno_error(number, "run", argv.front());
  return {};
}

}  // namespace mpk
