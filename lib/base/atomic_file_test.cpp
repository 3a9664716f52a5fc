// Tests of AtomicFile, TempDir and FileLock.
#include "base/file.hpp"

#include <doctest/doctest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <functional>
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

int in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// As on vfat, which can't be mounted everywhere: fchmod(2) fails from now on, for good.
bool fail_fchmod(int number) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fchmod, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(number)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{.len = 4, .filter = program};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
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

TEST_CASE("a file that is written is kept, one that nobody writes any more goes") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const Directory handle = Directory::open(dir.path()).take();
  AtomicFile file = AtomicFile::create(handle).take();
  REQUIRE(file.write(as_bytes("bytes")));
  REQUIRE(write_file_atomic(dir.path() / ".mpk-tmp-AbC123", "left"));
  const std::vector<std::string> others = {".mpk-tmp-AbC12", ".mpk-tmp-AbC1234", ".mpk-tmp-AbC12~",
                                           "AmpkXtmp-AbC123"};
  for (const auto& name : others) REQUIRE(write_file_atomic(dir.path() / name, "mine"));
  remove_abandoned_files(handle);
  CHECK_FALSE(fs::exists(dir.path() / ".mpk-tmp-AbC123"));
  for (const auto& name : others) CHECK(fs::exists(dir.path() / name));
  REQUIRE(file.commit(dir.path() / "out", 0644));
  CHECK(read_file(dir.path() / "out", 100).value() == "bytes");
}

TEST_CASE("writers and cleaners in one directory do not disturb each other") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const Directory handle = Directory::open(dir.path()).take();
  std::atomic<bool> stop{false};
  std::atomic<int> failed{0};
  std::jthread cleaner([&] {
    while (!stop) remove_abandoned_files(handle);
  });
  {
    std::vector<std::jthread> writers;
    for (int who = 0; who < 2; ++who) {
      writers.emplace_back([&, who] {
        for (int i = 0; i < 100; ++i) {
          const auto target = dir.path() / ("f" + std::to_string(who * 100 + i));
          if (!write_file_atomic(target, "x")) ++failed;
        }
      });
    }
  }
  stop = true;
  CHECK(failed == 0);
  CHECK(entries_in(dir.path()) == 200);
}

TEST_CASE("a mode is no wider than the umask allows") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const mode_t before = ::umask(0077);
  const auto written = write_file_atomic(dir.path() / "out", "x", 0755);
  ::umask(before);
  REQUIRE(written);
  CHECK(static_cast<unsigned>(fs::status(dir.path() / "out").permissions()) == 0700);
}

TEST_CASE("a file system that knows no modes takes files all the same") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const struct {
    int number;
    bool written;
  } rows[] = {{EPERM, true}, {ENOTSUP, true}, {EIO, false}};
  for (const auto& row : rows) {
    CAPTURE(row.number);
    const auto target = dir.path() / std::to_string(row.number);
    CHECK(in_child([&] {
            if (!fail_fchmod(row.number)) return 2;
            return write_file_atomic(target, "x") ? 0 : 1;
          }) == (row.written ? 0 : 1));
    CHECK(fs::exists(target) == row.written);
  }
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

TEST_CASE("whoever waits for a lock can be interrupted") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path path = dir.path() / "lock";
  const auto held = FileLock::acquire(path, 0);
  REQUIRE(held);
  const CancelToken cancel;
  const std::jthread interrupt([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    cancel.cancel();
  });
  CHECK(FileLock::acquire(path, 600, cancel).error().kind() == ErrorKind::cancelled);
  CHECK(FileLock::acquire(dir.path() / "free", 600, cancel).error().kind() == ErrorKind::cancelled);
}

TEST_CASE("no lock is made at the other end of a link") {
  const TempDir dir = TempDir::create("mpk-test").take();
  fs::create_symlink("made", dir.path() / "lock");
  const auto refused = FileLock::acquire(dir.path() / "lock", 0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::malformed);
  CHECK_FALSE(refused.error().hint().empty());
  CHECK(entries_in(dir.path()) == 1);
}

TEST_CASE("a lock in a directory that does not exist is an io error") {
  CHECK(FileLock::acquire("/nonexistent/lock", 0).error().kind() == ErrorKind::io);
}
