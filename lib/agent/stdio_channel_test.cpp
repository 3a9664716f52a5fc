// Servers that are children of ours, and bad ones.
#include "agent/stdio_channel.hpp"

#include "agent/ask.hpp"
#include "agent/child.hpp"
#include "base/file.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::agent;

namespace {

// A server in the shell's language: one answer for each line that it reads.
std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

constexpr const char* kLegacy = R"(
while read -r line; do
  case $line in
    *server/discover*) echo '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}' ;;
    *notifications/*) ;;
    *initialize*)
      echo '{"jsonrpc":"2.0","method":"notifications/message"}'
      echo '{"jsonrpc":"2.0","id":"srv","method":"roots/list"}'
      read -r declined
      case $declined in *-32601*) ;; *) exit 1 ;; esac
      echo '{"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"sh","version":"1"}}}' ;;
    *tools/list*) echo '{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"a"}]}}' ;;
  esac
done)";

Result<Server> asked(const std::string& script, unsigned seconds = 20) {
  auto channel = TRY(open_stdio(shell(script), {}));
  return ask(*channel, {.client_version = "1", .timeout_seconds = seconds});
}

bool is_alive(const std::string& pid) { return ::kill(std::stoi(pid), 0) == 0; }

}  // namespace

TEST_CASE("a server over stdio is asked, and what it asks back is declined") {
  const auto server = asked(kLegacy);
  REQUIRE(server);
  CHECK(server->said_name == "sh");
  CHECK(server->tools->size() == 1);
}

TEST_CASE("servers that are none are refused with the reason") {
  struct Row {
    const char* script;
    ErrorKind kind;
    const char* reason;
  };
  const std::vector<Row> rows = {
      {"echo broken >&2; exit 3", ErrorKind::network, "ended before it answered"},
      {"read x; echo hello", ErrorKind::malformed, "no JSON"},
      {R"(read x; echo '{"jsonrpc":"2.0","id":7,"result":{}}')", ErrorKind::malformed,
       "answers request 7, expected 1"},
      {"head -c 20000000 /dev/zero | tr '\\0' 'a'", ErrorKind::too_large, "over the limit"},
      {R"(yes '{"jsonrpc":"2.0","method":"n"}')", ErrorKind::too_large, "without end"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.script);
    const auto refused = asked(row.script);
    REQUIRE(!refused);
    CAPTURE(refused.error().text());
    CHECK(refused.error().kind() == row.kind);
    CHECK(refused.error().text().find(row.reason) != std::string::npos);
  }
  CHECK(asked("echo broken >&2; exit 3").error().hint() == "the server says: broken");
  CHECK(open_stdio({"/nowhere/at/all"}, {}).error().kind() == ErrorKind::not_found);
  CHECK(open_stdio({}, {}).error().kind() == ErrorKind::usage);
}

TEST_CASE("a silent server ends with a timeout, and is not left behind") {
  const auto dir = TempDir::create("mpk-agent-test").take();
  const auto file = (dir.path() / "pids").string();
  // A child of the child, too, and one that asks not to be ended.
  const auto refused = asked("trap '' TERM; sleep 1000 & echo $$ $! >" + file + "; sleep 1000", 1);
  REQUIRE(!refused);
  CHECK(refused.error().kind() == ErrorKind::timeout);
  const auto pids = read_file(file, 100).take();
  const auto space = pids.find(' ');
  REQUIRE(space != std::string::npos);
  CHECK(!is_alive(pids.substr(0, space)));
  // init reaps it some time after the kill.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto grandchild = "/proc/" + pids.substr(space + 1, pids.size() - space - 2) + "/stat";
  bool gone = false;
  while (!gone && std::chrono::steady_clock::now() < until) {
    const auto stat = read_file(grandchild, 4096);
    gone = !stat || stat->find(") Z ") != std::string::npos;
  }
  CHECK(gone);
}

TEST_CASE("Ctrl-C ends the conversation") {
  CancelToken cancel;
  auto channel = open_stdio(shell("sleep 1000"), cancel).take();
  cancel.cancel();
  const auto server = ask(*channel, {.client_version = "1"});
  REQUIRE(!server);
  CHECK(server.error().kind() == ErrorKind::cancelled);
}

TEST_CASE("lines are read whole, whatever their pieces") {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  auto child =
      Child::start(shell("printf 'a\\r\\n\\nb'; sleep 0.05; printf 'c\\n'; read x; echo \"$x\""),
                   {})
          .take();
  CHECK(child->read_line(until).take() == "a");
  CHECK(child->read_line(until).take().empty());
  CHECK(child->read_line(until).take() == "bc");
  CHECK(child->write_line("said", until));
  CHECK(child->read_line(until).take() == "said");
  CHECK(child->read_line(until).error().kind() == ErrorKind::network);
  child->end();
}
