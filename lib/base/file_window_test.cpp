// Windows onto files that stay, shrink and end.
#include "base/file_window.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ostream>
#include <string>
#include <vector>

namespace mpk {
namespace {

constexpr std::size_t kPages = std::size_t{64} << 10;  // a whole number of them everywhere

struct Scene {
  explicit Scene(std::size_t size)
      : directory(TempDir::create("window").take()), path(directory.path() / "file") {
    REQUIRE(write_file_atomic(path, std::string(size, 'x')).has_value());
    reader.emplace(FileReader::open(path).take());
  }
  TempDir directory;
  std::filesystem::path path;
  std::optional<FileReader> reader;
};

bool all_are(BytesView bytes, std::uint8_t wanted) {
  return std::ranges::all_of(bytes, [&](std::uint8_t byte) { return byte == wanted; });
}

TEST_CASE("a window shows the file's bytes, from any page on") {
  const Scene scene(3 * kPages);
  for (const std::size_t offset : {std::size_t{0}, kPages}) {
    const auto window = FileWindow::open(*scene.reader, offset, 2 * kPages);
    REQUIRE(window.has_value());
    CHECK(window->bytes().size() == 2 * kPages);
    CHECK(all_are(window->bytes(), 'x'));
    CHECK(window->check(*scene.reader).has_value());
  }
  CHECK_FALSE(FileWindow::open(*scene.reader, 1, kPages).has_value());
  CHECK_FALSE(FileWindow::open(*scene.reader, 0, 0).has_value());
}

TEST_CASE("bytes that are cut off while they are looked at are zeros, and that is told") {
  const Scene scene(4 * kPages);
  const auto whole = FileWindow::open(*scene.reader, 0, kPages);
  const auto window = FileWindow::open(*scene.reader, 0, 4 * kPages);
  REQUIRE(whole.has_value());
  REQUIRE(window.has_value());
  CHECK(all_are(window->bytes().first(kPages), 'x'));
  REQUIRE(::truncate(scene.path.c_str(), static_cast<off_t>(2 * kPages)) == 0);
  CHECK(all_are(window->bytes().first(2 * kPages), 'x'));
  CHECK(window->check(*scene.reader).has_value());
  CHECK(all_are(window->bytes().subspan(2 * kPages), '\0'));
  const auto checked = window->check(*scene.reader);
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().kind() == ErrorKind::mismatch);
  CHECK(checked.error().message().find("changed while it was read") != std::string::npos);
  CHECK(all_are(whole->bytes(), 'x'));
  CHECK(whole->check(*scene.reader).has_value());
}

TEST_CASE("a place is free again when its window has gone, and not before") {
  const Scene scene(kPages);
  for (int round = 0; round < 3; ++round) {
    std::vector<FileWindow> windows;
    while (auto window = FileWindow::open(*scene.reader, 0, kPages)) {
      windows.push_back(std::move(*window));
      REQUIRE(windows.size() < 1000);
    }
    CHECK(windows.size() > 16);
  }
}

TEST_CASE("a bus error that no window has caused ends the process as ever") {
  const Scene scene(kPages);
  REQUIRE(FileWindow::open(*scene.reader, 0, kPages).has_value());
  const pid_t child = ::fork();
  if (child == 0) {
    ::kill(::getpid(), SIGBUS);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK_FALSE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

}  // namespace
}  // namespace mpk
