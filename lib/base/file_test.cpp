// Tests of file: reading with a cap, atomic writes, the reader's stamp, words for errno.
#include "base/file.hpp"

#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, std::string_view contents) {
  std::ofstream(path, std::ios::binary) << contents;
}

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(directory)) {
    out.push_back(entry.path().filename().string());
  }
  return out;
}

unsigned mode_of(const fs::path& path) {
  return static_cast<unsigned>(fs::status(path).permissions());
}

// A file system of its own, as only root can make it.
class TinyDisk {
 public:
  explicit TinyDisk(fs::path where) : where_(std::move(where)) {
    fs::create_directories(where_);
    mounted_ = ::mount("mpk-test", where_.c_str(), "tmpfs", 0, "size=64k") == 0;
  }
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;
  ~TinyDisk() {
    if (mounted_) ::umount2(where_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  fs::path where_;
  bool mounted_ = false;
};

}  // namespace

TEST_CASE("a file of exactly the cap is read, one byte more is refused") {
  const TempDir dir = TempDir::create("mpk-test").take();
  put(dir.path() / "four", "abcd");
  CHECK(read_file(dir.path() / "four", 4).value() == "abcd");
  const auto over = read_file(dir.path() / "four", 3);
  REQUIRE_FALSE(over);
  CHECK(over.error().kind() == ErrorKind::too_large);
  CHECK(over.error().message() ==
        (dir.path() / "four").string() + ": larger than the limit of 3 bytes");
  put(dir.path() / "none", "");
  CHECK(read_file(dir.path() / "none", 0).value().empty());
}

TEST_CASE("a file larger than one buffer is read as it is") {
  const TempDir dir = TempDir::create("mpk-test").take();
  std::string big;
  for (std::size_t i = 0; i < 200'000; ++i) big.push_back(static_cast<char>(i * 31));
  put(dir.path() / "big", big);
  CHECK((read_file(dir.path() / "big", big.size()).value() == big));
  CHECK(read_file(dir.path() / "big", big.size() - 1).error().kind() == ErrorKind::too_large);
}

TEST_CASE("a file without a size, and a device without an end, are read up to the cap") {
  CHECK_FALSE(read_file("/proc/self/status", 1U << 20).value().empty());
  CHECK(read_file("/dev/zero", 1000).error().kind() == ErrorKind::too_large);
}

TEST_CASE("what cannot be read says so by its kind") {
  const TempDir dir = TempDir::create("mpk-test").take();
  put(dir.path() / "file", "x");
  CHECK(read_file(dir.path() / "absent", 10).error().kind() == ErrorKind::not_found);
  CHECK(read_file(dir.path() / "file" / "below", 10).error().kind() == ErrorKind::not_found);
  CHECK(read_file(dir.path(), 10).error().kind() == ErrorKind::io);
}

TEST_CASE("an atomic write replaces contents and mode, and leaves nothing else behind") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path target = dir.path() / "out";
  REQUIRE(write_file_atomic(target, "first"));
  CHECK(mode_of(target) == 0644);
  REQUIRE(write_file_atomic(target, "second", 0600));
  CHECK(read_file(target, 100).value() == "second");
  CHECK(mode_of(target) == 0600);
  CHECK(names_in(dir.path()) == std::vector<std::string>{"out"});
}

TEST_CASE("an atomic write replaces a symlink and does not follow it") {
  const TempDir dir = TempDir::create("mpk-test").take();
  put(dir.path() / "precious", "kept");
  fs::create_symlink("precious", dir.path() / "out");
  REQUIRE(write_file_atomic(dir.path() / "out", "new"));
  CHECK(read_file(dir.path() / "precious", 100).value() == "kept");
  CHECK_FALSE(fs::is_symlink(dir.path() / "out"));
}

TEST_CASE("an atomic write without a directory, or onto one, fails and leaves nothing behind") {
  const TempDir dir = TempDir::create("mpk-test").take();
  CHECK(write_file_atomic(dir.path() / "no" / "out", "x").error().kind() == ErrorKind::io);
  fs::create_directory(dir.path() / "taken");
  CHECK(write_file_atomic(dir.path() / "taken", "x").error().kind() == ErrorKind::io);
  CHECK(names_in(dir.path()) == std::vector<std::string>{"taken"});
}

TEST_CASE("a full disk keeps the old file and removes the temporary one") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const TinyDisk disk(dir.path() / "disk");
  if (!disk.mounted()) {
    MESSAGE("skipped: only root may mount a tmpfs");
    return;
  }
  const fs::path target = dir.path() / "disk" / "out";
  REQUIRE(write_file_atomic(target, "old"));
  const auto full = write_file_atomic(target, std::string(200'000, 'x'));
  REQUIRE_FALSE(full);
  CHECK(full.error().kind() == ErrorKind::io);
  CHECK(full.error().message().find("disk full") != std::string::npos);
  CHECK_FALSE(full.error().hint().empty());
  CHECK(read_file(target, 100).value() == "old");
  CHECK(names_in(dir.path() / "disk") == std::vector<std::string>{"out"});
  // With the rest gone again there is room.
  CHECK(write_file_atomic(target, "new"));
}

TEST_CASE("a reader gives the bytes from where it was sent, then 0") {
  const TempDir dir = TempDir::create("mpk-test").take();
  put(dir.path() / "f", "0123456789");
  FileReader reader = FileReader::open(dir.path() / "f").take();
  CHECK(reader.size() == 10);
  std::array<std::uint8_t, 4> buffer{};
  CHECK(reader.read(buffer).value() == 4);
  CHECK(as_text(buffer) == "0123");
  REQUIRE(reader.seek(8));
  CHECK(reader.read(buffer).value() == 2);
  CHECK(as_text(buffer).substr(0, 2) == "89");
  CHECK(reader.read(buffer).value() == 0);
  CHECK(reader.check_unchanged());
}

TEST_CASE("a reader notices that its file was changed, grown, or replaced") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path path = dir.path() / "f";
  const auto changed_after = [&](auto&& change) {
    put(path, "0123");
    const FileReader reader = FileReader::open(path).take();
    REQUIRE(reader.check_unchanged());
    ::usleep(20'000);  // the kernel's time stamps advance in ticks
    change();
    const auto checked = reader.check_unchanged();
    return !checked && checked.error().kind() == ErrorKind::mismatch;
  };
  CHECK(changed_after([&] { put(path, "3210"); }));
  CHECK(changed_after([&] { std::ofstream(path, std::ios::app) << "4"; }));
  CHECK(changed_after([&] { REQUIRE(write_file_atomic(path, "0123")); }));
  CHECK_FALSE(changed_after([&] { CHECK(read_file(path, 10).value() == "0123"); }));
}

TEST_CASE("a reader opens regular files only, and waits for no fifo") {
  const TempDir dir = TempDir::create("mpk-test").take();
  REQUIRE(::mkfifo((dir.path() / "fifo").c_str(), 0600) == 0);
  put(dir.path() / "f", "x");
  fs::create_symlink("f", dir.path() / "link");
  CHECK(FileReader::open(dir.path() / "link"));
  CHECK(FileReader::open(dir.path()).error().kind() == ErrorKind::unsupported);
  CHECK(FileReader::open(dir.path() / "fifo").error().kind() == ErrorKind::unsupported);
  CHECK(FileReader::open("/dev/null").error().kind() == ErrorKind::unsupported);
  CHECK(FileReader::open(dir.path() / "absent").error().kind() == ErrorKind::not_found);
}

TEST_CASE("a reader in a directory follows no link, and opens nothing but a file") {
  const TempDir dir = TempDir::create("mpk-test").take();
  REQUIRE(::mkfifo((dir.path() / "fifo").c_str(), 0600) == 0);
  put(dir.path() / "f", "x");
  fs::create_directory(dir.path() / "folder");
  fs::create_symlink("f", dir.path() / "link");
  const Directory handle = Directory::open(dir.path()).take();
  CHECK(FileReader::open_in(handle, "f")->size() == 1);
  for (const char* name : {"link", "fifo", "folder"}) {
    CAPTURE(name);
    CHECK(FileReader::open_in(handle, name).error().kind() == ErrorKind::mismatch);
  }
  CHECK(FileReader::open_in(handle, "absent").error().kind() == ErrorKind::not_found);
}

TEST_CASE("an errno becomes a reason in our own words") {
  const struct {
    int number;
    std::string expected;
  } cases[] = {
      {ENOSPC, "/x: cannot write: disk full"},
      {EDQUOT, "/x: cannot write: disk quota exceeded"},
      {EFBIG, "/x: cannot write: the file would get too large"},
      {EACCES, "/x: cannot write: permission denied"},
      {EXDEV, "/x: cannot write: the target lies on another file system"},
      {EROFS, "/x: cannot write: read-only file system"},
  };
  for (const auto& c : cases) {
    CHECK(errno_error(c.number, "write", "/x").text() == c.expected);
    CHECK(errno_error(c.number, "write", "/x").kind() == ErrorKind::io);
  }
}
