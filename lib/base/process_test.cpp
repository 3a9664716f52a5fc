// Tests of run_process: streams, caps, the deadline for a whole group, signals on the terminal.
#include "base/process.hpp"

#include "base/fd.hpp"
#include "base/file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <ostream>
#include <thread>

using namespace mpk;
namespace fs = std::filesystem;

namespace {

ProcessOptions shell(std::string script) {
  ProcessOptions options;
  options.argv = {"sh", "-c", std::move(script)};
  return options;
}

template <class Condition>
bool eventually(const Condition& condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

// Dead, or dead and not yet collected by its new parent.
bool is_gone(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  const std::string stat(std::istreambuf_iterator<char>(file), {});
  return stat.empty() || stat.find(") Z") != std::string::npos;
}

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

TEST_CASE("a helper gets its input and gives output, errors and exit code") {
  ProcessOptions options = shell("cat; echo oops >&2; exit 3");
  options.input = "some input";
  const auto outcome = run_process(options);
  REQUIRE(outcome);
  CHECK(outcome->output == "some input");
  CHECK(outcome->errors == "oops\n");
  CHECK(outcome->exit_code == 3);
}

TEST_CASE("arguments reach the program as they are, through no shell") {
  ProcessOptions options;
  options.argv = {"printf", "%s|", "$(id)", "a b", "", "*", "'"};
  CHECK(run_process(options)->output == "$(id)|a b||*|'|");
}

TEST_CASE("more input than a pipe holds goes through, and nothing waits for anything") {
  ProcessOptions options;
  options.argv = {"cat"};
  options.input = std::string(1U << 20, 'x');
  const auto outcome = run_process(options);
  REQUIRE(outcome);
  CHECK((outcome->output == options.input));
}

TEST_CASE("a helper that does not read its input is no error and no SIGPIPE") {
  ProcessOptions options = shell("exec 0<&-; echo fine");
  options.input = std::string(1U << 20, 'x');
  const auto outcome = run_process(options);
  REQUIRE(outcome);
  CHECK(outcome->output == "fine\n");
  sigset_t pending;
  ::sigemptyset(&pending);
  ::sigpending(&pending);
  CHECK(::sigismember(&pending, SIGPIPE) == 0);
}

TEST_CASE("without input the helper reads an empty one") {
  CHECK(run_process(shell("cat; echo end"))->output == "end\n");
}

TEST_CASE("output of exactly the cap passes, one byte more is too large and kills") {
  ProcessOptions options = shell("printf abcd");
  options.output_cap = 4;
  CHECK(run_process(options)->output == "abcd");
  options.output_cap = 3;
  CHECK(run_process(options).error().kind() == ErrorKind::too_large);

  ProcessOptions endless;
  endless.argv = {"yes"};
  endless.output_cap = 100'000;
  CHECK(run_process(endless).error().kind() == ErrorKind::too_large);
}

TEST_CASE("chatter on standard error is cut at the cap and fails nothing") {
  ProcessOptions options = shell("printf 0123456789 >&2; printf ok");
  options.output_cap = 4;
  const auto outcome = run_process(options);
  REQUIRE(outcome);
  CHECK(outcome->errors == "0123");
  CHECK(outcome->output == "ok");
}

TEST_CASE("the environment is inherited, added to, and replaced") {
  ProcessOptions options = shell("echo \"$MPK_TEST_ADDED,$HOME,${PATH:+path}\"");
  options.environment = {{"MPK_TEST_ADDED", "a=b"}, {"HOME", "/other"}};
  CHECK(run_process(options)->output == "a=b,/other,path\n");
}

TEST_CASE("a program that does not exist is not found, one that may not run is an io error") {
  const TempDir dir = TempDir::create("mpk-test").take();
  REQUIRE(write_file_atomic(dir.path() / "tool", "#!/bin/sh\necho ran\n", 0644));
  const struct {
    std::vector<std::string> argv;
    ErrorKind expected;
  } cases[] = {
      {{"mpk-no-such-program"}, ErrorKind::not_found},
      {{"/nonexistent/program"}, ErrorKind::not_found},
      {{(dir.path() / "tool").string()}, ErrorKind::io},
      {{}, ErrorKind::usage},
      {{""}, ErrorKind::usage},
  };
  for (const auto& c : cases) {
    for (const bool inherit : {false, true}) {
      ProcessOptions options;
      options.argv = c.argv;
      options.inherit_stdio = inherit;
      const auto outcome = run_process(options);
      REQUIRE_FALSE(outcome);
      CHECK(outcome.error().kind() == c.expected);
    }
  }
  fs::permissions(dir.path() / "tool", fs::perms::owner_all);
  ProcessOptions options;
  options.argv = {(dir.path() / "tool").string()};
  CHECK(run_process(options)->output == "ran\n");
}

TEST_CASE("death by a signal is 128 plus its number") {
  CHECK(run_process(shell("kill -9 $$"))->exit_code == 137);
}

TEST_CASE("at the deadline the whole process group is killed") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path file = dir.path() / "pid";
  ProcessOptions options = shell("trap '' TERM; sleep 600 & echo $! >" + file.string() + "; wait");
  options.timeout_seconds = 1;
  const auto outcome = run_process(options);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind() == ErrorKind::timeout);
  const std::string grandchild = first_line(file);
  REQUIRE_FALSE(grandchild.empty());
  CHECK(eventually([&] { return is_gone(grandchild); }));
}

TEST_CASE("a helper that closes its output and goes on is waited for, up to the deadline") {
  CHECK(run_process(shell("exec >&- 2>&-; sleep 0.1; exit 4"))->exit_code == 4);
  ProcessOptions options = shell("exec >&- 2>&-; sleep 600");
  options.timeout_seconds = 1;
  CHECK(run_process(options).error().kind() == ErrorKind::timeout);
}

TEST_CASE("a background process that keeps the pipes is not waited for") {
  const auto start = std::chrono::steady_clock::now();
  const auto outcome = run_process(shell("sleep 20 & echo $!"));
  REQUIRE(outcome);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(15));
  const auto background = static_cast<pid_t>(std::stol(outcome->output));
  CHECK(::kill(background, SIGKILL) == 0);  // it was left alone
}

TEST_CASE("with inherited streams the child writes to ours and its exit code comes back") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path file = dir.path() / "out";
  const Fd saved(::dup(STDOUT_FILENO));
  const Fd redirected(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  ::dup2(redirected.get(), STDOUT_FILENO);
  ProcessOptions options = shell("echo to the terminal; exit 5");
  options.inherit_stdio = true;
  options.timeout_seconds = 0;
  const auto outcome = run_process(options);
  ::dup2(saved.get(), STDOUT_FILENO);
  REQUIRE(outcome);
  CHECK(outcome->exit_code == 5);
  CHECK(outcome->output.empty());
  CHECK(read_file(file, 100).value() == "to the terminal\n");
}

TEST_CASE(
    "with inherited streams a SIGTERM, SIGINT or SIGHUP sent to us ends the child and not us") {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    struct sigaction before{};
    ::sigaction(signal, nullptr, &before);
    const TempDir dir = TempDir::create("mpk-test").take();
    const fs::path ready = dir.path() / "ready";
    ProcessOptions options = shell("trap 'exit 7' TERM INT HUP; : >" + ready.string() +
                                   "; while :; do sleep 0.05; done");
    options.inherit_stdio = true;
    const std::jthread sender([&] {
      if (eventually([&] { return fs::exists(ready); })) ::kill(::getpid(), signal);
    });
    const auto outcome = run_process(options);
    REQUIRE(outcome);
    CHECK(outcome->exit_code == 7);
    struct sigaction after{};
    ::sigaction(signal, nullptr, &after);
    CHECK((after.sa_handler == before.sa_handler));
  }
}

TEST_CASE("many helpers at a time do not mix their streams") {
  std::vector<std::string> outputs(8);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      threads.emplace_back([&outputs, i] {
        ProcessOptions options;
        options.argv = {"cat"};
        options.input = std::string(100'000, static_cast<char>('a' + i));
        auto outcome = run_process(options);
        if (outcome) outputs[i] = outcome.take().output;
      });
    }
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    CHECK((outputs[i] == std::string(100'000, static_cast<char>('a' + i))));
  }
}

TEST_CASE(
    "a program that is started goes on without us, in a session and with streams of its own") {
  const auto directory = TempDir::create("mpk-process-test").take();
  const auto file = directory.path() / "said";
  const std::string script = "cut -d' ' -f6 /proc/$$/stat >" + file.string() +
                             ".part; echo unheard; readlink /proc/$$/fd/0 /proc/$$/fd/2 >>" +
                             file.string() + ".part; mv " + file.string() + ".part " +
                             file.string();
  REQUIRE(start_process({"sh", "-c", script}));
  Result<std::string> said = read_file(file, 4096);
  for (int i = 0; !said && i < 3000; ++i) {
    ::usleep(10'000);
    said = read_file(file, 4096);
  }
  REQUIRE(said);
  CHECK(std::stol(*said) != ::getsid(0));
  CHECK(said->ends_with("/dev/null\n/dev/null\n"));
  CHECK(start_process({"mpk-no-such-program"}).error().kind() == ErrorKind::not_found);
  CHECK(start_process({}).error().kind() == ErrorKind::usage);
}

TEST_CASE("where SIGCHLD is ignored the lost exit code is an error and no endless wait") {
  struct sigaction before{};
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGCHLD, &ignore, &before);
  for (const bool inherit : {false, true}) {
    ProcessOptions options = shell("exit 0");
    options.inherit_stdio = inherit;
    const auto outcome = run_process(options);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().kind() == ErrorKind::io);
  }
  ::sigaction(SIGCHLD, &before, nullptr);
}
