// Tests of paths from outside: which are harmless, and that no symlink is followed below a root.
#include "base/file.hpp"
#include "base/limits.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <ostream>
#include <string>

using namespace mpk;
namespace fs = std::filesystem;

namespace {

Directory open(const fs::path& path) { return Directory::open(path).take(); }

}  // namespace

TEST_CASE("harmless relative paths are taken as they are") {
  const std::string cases[] = {"a",
                               "model.safetensors",
                               "a/b/c",
                               "a..b",
                               "..foo",
                               "foo..",
                               "...",
                               ".a/.b",
                               "with space",
                               "back\\slash",
                               "C:",
                               "-rf",
                               "~",
                               "größe/模型.gguf",
                               "\u00a0",
                               "a:b@c",
                               "emoji \U0001f600"};
  for (const auto& path : cases) {
    CAPTURE(path);
    CHECK(safe_relative_path(path).value() == path);
  }
  CHECK(safe_relative_path("d/" + std::string(255, 'a') + "/f"));
  std::string longest;
  while (longest.size() < limits::kPathBytes) longest += "ab/c";
  REQUIRE(longest.size() == limits::kPathBytes);
  CHECK(safe_relative_path(longest));
}

TEST_CASE("paths that lead elsewhere, or that nobody could type, are refused") {
  const struct {
    std::string path;
    std::string why;
  } cases[] = {
      {"", "empty"},
      {"/", "absolute"},
      {"/etc/passwd", "absolute"},
      {"//a", "absolute"},
      {".", "component \".\""},
      {"..", "component \"..\""},
      {"../a", "component \"..\""},
      {"a/..", "component \"..\""},
      {"a/../b", "component \"..\""},
      {"a/./b", "component \".\""},
      {"a//b", "empty component"},
      {"a/", "empty component"},
      {std::string("a\0b", 3), "control character"},
      {"a\nb", "control character"},
      {"a\x1b[2J", "control character"},
      {"a\x7f", "control character"},
      {"a\u0085b", "control character"},
      {"a\xff", "not UTF-8"},
      {"\xc0\xaf", "not UTF-8"},
      {"\xed\xa0\x80", "not UTF-8"},
      {std::string(limits::kPathBytes + 1, 'a'), "longer than 1024 bytes"},
      {std::string(256, 'a'), "component of more than 255 bytes"},
      {"d/" + std::string(256, 'a') + "/f", "component of more than 255 bytes"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.path);
    const auto refused = safe_relative_path(c.path);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::malformed);
    CHECK(refused.error().message().find(c.why) != std::string::npos);
  }
}

TEST_CASE("missing parents are made, existing ones used, and the last component is left alone") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path root = dir.path();
  const Directory handle = open(root);
  CHECK(make_parents_beneath(handle, "f").value().path() == root / "f");
  CHECK(make_parents_beneath(handle, "a/b/f").value().path() == root / "a" / "b" / "f");
  const Place place = make_parents_beneath(handle, "a/b/c/f").take();
  CHECK(place.directory.path() == root / "a" / "b" / "c");
  CHECK(place.name == "f");
  CHECK(fs::is_directory(root / "a" / "b" / "c"));
  CHECK_FALSE(fs::exists(root / "a" / "b" / "c" / "f"));
}

TEST_CASE("parents are found without being made") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const Directory handle = open(dir.path());
  CHECK_FALSE(find_parents_beneath(handle, "a/f").value());
  CHECK(fs::is_empty(dir.path()));
  REQUIRE(make_parents_beneath(handle, "a/f"));
  CHECK(find_parents_beneath(handle, "a/f").value()->path() == dir.path() / "a" / "f");
  CHECK_FALSE(find_parents_beneath(handle, "a/b/f").value());
}

TEST_CASE("the root itself may be reached through a symlink: its owner named it") {
  const TempDir dir = TempDir::create("mpk-test").take();
  fs::create_directory(dir.path() / "real");
  fs::create_directory_symlink("real", dir.path() / "alias");
  REQUIRE(make_parents_beneath(open(dir.path() / "alias"), "a/f"));
  CHECK(fs::is_directory(dir.path() / "real" / "a"));
}

TEST_CASE("a handle stays with its folder when a link takes the name") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const TempDir outside = TempDir::create("mpk-test").take();
  const Place place = make_parents_beneath(open(dir.path()), "a/f").take();
  AtomicFile file = AtomicFile::create(place.directory).take();
  fs::rename(dir.path() / "a", dir.path() / "moved");
  fs::create_directory_symlink(outside.path(), dir.path() / "a");
  REQUIRE(file.write(as_bytes("x")));
  REQUIRE(file.commit_in(place.directory, place.name, 0644));
  CHECK(read_file(dir.path() / "moved" / "f", 10).value() == "x");
  CHECK(FileReader::open_in(place.directory, "f"));
  CHECK(fs::is_empty(outside.path()));
}

TEST_CASE("no symlink and no file is a way down") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const TempDir outside = TempDir::create("mpk-test").take();
  const fs::path root = dir.path();
  fs::create_directory(root / "sub");
  fs::create_directory_symlink(outside.path(), root / "out");
  fs::create_directory_symlink("../..", root / "sub" / "up");
  fs::create_directory_symlink("sub", root / "inside");
  fs::create_symlink("nowhere", root / "dangling");
  fs::create_symlink("loop", root / "loop");
  std::ofstream(root / "file") << "x";

  const Directory handle = open(root);
  for (const std::string path :
       {"out/f", "out/a/f", "sub/up/f", "inside/f", "dangling/f", "loop/f", "file/f"}) {
    CAPTURE(path);
    const auto made = make_parents_beneath(handle, path);
    REQUIRE_FALSE(made);
    CHECK(made.error().kind() == ErrorKind::mismatch);
    const auto found = find_parents_beneath(handle, path);
    REQUIRE_FALSE(found);
    CHECK(found.error().text() == made.error().text());
  }
  CHECK(fs::is_empty(outside.path()));
  CHECK_FALSE(fs::exists(root / "nowhere"));
  CHECK(make_parents_beneath(handle, "out/f").error().message().ends_with("found a symlink"));
  CHECK(make_parents_beneath(handle, "file/f").error().message().ends_with("found a file"));
  CHECK(make_parents_beneath(handle, "sub/f"));
}

TEST_CASE("a way down that is not a safe path, or starts nowhere, is refused") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const Directory handle = open(dir.path());
  CHECK(make_parents_beneath(handle, "../f").error().kind() == ErrorKind::malformed);
  CHECK(make_parents_beneath(handle, "/f").error().kind() == ErrorKind::malformed);
  CHECK(find_parents_beneath(handle, "../f").error().kind() == ErrorKind::malformed);
  CHECK(Directory::open(dir.path() / "absent").error().kind() == ErrorKind::io);
}

TEST_CASE("directories are made unless a file is in the way") {
  const TempDir dir = TempDir::create("mpk-test").take();
  REQUIRE(make_directories(dir.path() / "a" / "b"));
  REQUIRE(make_directories(dir.path() / "a" / "b"));
  std::ofstream(dir.path() / "file") << "x";
  for (const char* path : {"file", "file/x", "file/x/y"}) {
    CAPTURE(path);
    const auto refused = make_directories(dir.path() / path);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::usage);
    CHECK_FALSE(refused.error().hint().empty());
  }
  CHECK(make_directories("/proc/none").error().kind() == ErrorKind::io);
}
