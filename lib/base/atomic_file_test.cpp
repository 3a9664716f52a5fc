// Tests of AtomicFile, TempDir and FileLock.
#include "base/file.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <iterator>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

using namespace mpk;
namespace fs = std::filesystem;

namespace {

std::size_t entries_in(const fs::path& directory) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a file has its name only after commit") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path target = dir.path() / "out";
  AtomicFile file = AtomicFile::create(dir.path()).take();
  REQUIRE(file.write(as_bytes("some ")));
  REQUIRE(file.write(as_bytes("bytes")));
  CHECK(file.size() == 10);
  CHECK_FALSE(fs::exists(target));
  REQUIRE(file.commit(target, 0640));
  CHECK(read_file(target, 100).value() == "some bytes");
  CHECK(static_cast<unsigned>(fs::status(target).permissions()) == 0640);
  CHECK(entries_in(dir.path()) == 1);
}

TEST_CASE("a file that is not committed leaves nothing, not even after moves") {
  const TempDir dir = TempDir::create("mpk-test").take();
  {
    AtomicFile first = AtomicFile::create(dir.path()).take();
    AtomicFile second = AtomicFile::create(dir.path()).take();
    CHECK(entries_in(dir.path()) == 2);
    second = std::move(first);
    CHECK(entries_in(dir.path()) == 1);
    const AtomicFile third = std::move(second);
    CHECK(entries_in(dir.path()) == 1);
  }
  CHECK(entries_in(dir.path()) == 0);
}

TEST_CASE("a truncated file starts over") {
  const TempDir dir = TempDir::create("mpk-test").take();
  AtomicFile file = AtomicFile::create(dir.path()).take();
  REQUIRE(file.write(as_bytes("a longer attempt")));
  REQUIRE(file.truncate());
  CHECK(file.size() == 0);
  REQUIRE(file.write(as_bytes("short")));
  REQUIRE(file.commit(dir.path() / "out", 0644));
  CHECK(read_file(dir.path() / "out", 100).value() == "short");
}

TEST_CASE("without replace an existing target is kept, a free name is taken") {
  const TempDir dir = TempDir::create("mpk-test").take();
  REQUIRE(write_file_atomic(dir.path() / "taken", "old"));
  AtomicFile file = AtomicFile::create(dir.path()).take();
  REQUIRE(file.write(as_bytes("new")));
  const auto refused = file.commit(dir.path() / "taken", 0644, false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::exists);
  CHECK(read_file(dir.path() / "taken", 100).value() == "old");
  // A dangling symlink is something as well.
  fs::create_symlink("nowhere", dir.path() / "link");
  CHECK(file.commit(dir.path() / "link", 0644, false).error().kind() == ErrorKind::exists);
  REQUIRE(file.commit(dir.path() / "free", 0644, false));
  CHECK(read_file(dir.path() / "free", 100).value() == "new");
}

TEST_CASE("no file is made in a directory that does not exist") {
  const TempDir dir = TempDir::create("mpk-test").take();
  CHECK(AtomicFile::create(dir.path() / "absent").error().kind() == ErrorKind::io);
}

TEST_CASE("a temporary directory is private and goes with everything in it, but through no link") {
  const TempDir outside = TempDir::create("mpk-test").take();
  REQUIRE(write_file_atomic(outside.path() / "kept", "x"));
  fs::path where;
  {
    TempDir dir = TempDir::create("mpk-test").take();
    where = dir.path();
    CHECK(where.filename().string().starts_with("mpk-test-"));
    CHECK(static_cast<unsigned>(fs::status(where).permissions()) == 0700);
    fs::create_directories(where / "a" / "b");
    REQUIRE(write_file_atomic(where / "a" / "b" / "f", "x"));
    fs::create_directory_symlink(outside.path(), where / "link");
    const TempDir moved = std::move(dir);
    CHECK(fs::exists(where / "a" / "b" / "f"));
  }
  CHECK_FALSE(fs::exists(where));
  CHECK(fs::exists(outside.path() / "kept"));
}

TEST_CASE("two temporary directories of one prefix differ") {
  const TempDir one = TempDir::create("mpk-test").take();
  const TempDir two = TempDir::create("mpk-test").take();
  CHECK(one.path() != two.path());
}

TEST_CASE("a lock is given to one at a time") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path path = dir.path() / "lock";
  std::atomic<int> holders{0};
  std::atomic<int> most{0};
  std::atomic<int> rounds{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 5; ++round) {
          const auto lock = FileLock::acquire(path, 30);
          if (!lock) return;
          const int now = ++holders;
          if (now > most) most = now;
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
          --holders;
          ++rounds;
        }
      });
    }
  }
  CHECK(rounds == 20);
  CHECK(most == 1);
}

TEST_CASE("a held lock times out, a released one is given") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path path = dir.path() / "lock";
  auto held = FileLock::acquire(path, 0);
  REQUIRE(held);
  const auto refused = FileLock::acquire(path, 0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::timeout);
  {
    const FileLock released = held.take();
  }
  CHECK(FileLock::acquire(path, 0));
}

TEST_CASE("a lock file that was removed does not let a second holder wait on nothing") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path path = dir.path() / "lock";
  auto first = FileLock::acquire(path, 0);
  REQUIRE(first);
  fs::remove(path);
  const auto second = FileLock::acquire(path, 0);
  REQUIRE(second);
  CHECK(FileLock::acquire(path, 0).error().kind() == ErrorKind::timeout);
}

TEST_CASE("a lock in a directory that does not exist is an io error") {
  CHECK(FileLock::acquire("/nonexistent/lock", 0).error().kind() == ErrorKind::io);
}
