// Audit log: lines in order, rotation, files that take nothing.
#include "admit/audit_log.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/value.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <thread>

namespace mpk::admit {
namespace {

std::string contents(const std::filesystem::path& path) {
  auto text = read_file(path, 1U << 24);
  return text ? *text : std::string();
}

}  // namespace

TEST_CASE("every line that was handed in is there when the log is closed, in order") {
  const auto directory = TempDir::create("mpk-audit").take();
  const auto path = directory.path() / "audit.log";
  {
    auto log = AuditLog::open(path.string()).take();
    for (int i = 0; i < 1000; ++i) log->write(Json{{"n", i}, {"text", "a\nb"}}.dump());
    CHECK(log->lost() == 0);
  }
  const auto text = contents(path);
  int line = 0;
  for (const auto each : split(text, '\n')) {
    if (each.empty()) continue;
    CHECK(json::parse(each).value() == Json{{"n", line}, {"text", "a\nb"}});
    ++line;
  }
  CHECK(line == 1000);
  struct stat found{};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0600U);
}

TEST_CASE("what is there is added to, and a file that was moved away is followed by a new one") {
  const auto directory = TempDir::create("mpk-audit").take();
  const auto path = directory.path() / "audit.log";
  REQUIRE(write_file_atomic(path, "old\n"));
  auto log = AuditLog::open(path.string()).take();
  log->write("1");
  for (int i = 0; i < 500 && contents(path) != "old\n1\n"; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(contents(path) == "old\n1\n");
  std::filesystem::rename(path, directory.path() / "audit.log.1");
  log->write("2");
  log.reset();
  CHECK(contents(path) == "2\n");
  CHECK(contents(directory.path() / "audit.log.1") == "old\n1\n");
}

TEST_CASE("a full disk loses lines, and says how many") {
  auto log = AuditLog::open("/dev/full").take();
  log->write("1");
  for (int i = 0; i < 500 && log->lost() == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(log->lost() == 1);
}

TEST_CASE("a file that can't be opened is an error that names it") {
  const auto log = AuditLog::open("/nowhere/audit.log");
  REQUIRE_FALSE(log);
  CHECK(log.error().text().find("/nowhere/audit.log") != std::string::npos);
}

}  // namespace mpk::admit
