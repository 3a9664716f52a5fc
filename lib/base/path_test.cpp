// Tests of paths from outside: which are harmless, and that no symlink is followed below a root.
#include "base/file.hpp"
#include "base/limits.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <ostream>
#include <string>

using namespace mpk;
namespace fs = std::filesystem;

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
  CHECK(safe_relative_path(std::string(limits::kPathBytes, 'a')));
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
  const fs::path root = fs::canonical(dir.path());
  CHECK(make_parents_beneath(root, "f").value() == root);
  CHECK(make_parents_beneath(root, "a/b/f").value() == root / "a" / "b");
  CHECK(make_parents_beneath(root, "a/b/c/f").value() == root / "a" / "b" / "c");
  CHECK(fs::is_directory(root / "a" / "b" / "c"));
  CHECK_FALSE(fs::exists(root / "a" / "b" / "c" / "f"));
}

TEST_CASE("the root itself may be reached through a symlink: its owner named it") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path real = fs::canonical(dir.path()) / "real";
  fs::create_directory(real);
  fs::create_directory_symlink(real, dir.path() / "alias");
  CHECK(make_parents_beneath(dir.path() / "alias", "a/f").value() == real / "a");
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

  for (const std::string path :
       {"out/f", "out/a/f", "sub/up/f", "inside/f", "dangling/f", "loop/f", "file/f"}) {
    CAPTURE(path);
    const auto refused = make_parents_beneath(root, path);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::mismatch);
  }
  CHECK(fs::is_empty(outside.path()));
  CHECK_FALSE(fs::exists(root / "nowhere"));
  CHECK(make_parents_beneath(root, "out/f").error().message().ends_with("found a symlink"));
  CHECK(make_parents_beneath(root, "file/f").error().message().ends_with("found a file"));
  CHECK(make_parents_beneath(root, "sub/f"));
}

TEST_CASE("a way down that is not a safe path, or starts nowhere, is refused") {
  const TempDir dir = TempDir::create("mpk-test").take();
  CHECK(make_parents_beneath(dir.path(), "../f").error().kind() == ErrorKind::malformed);
  CHECK(make_parents_beneath(dir.path(), "/f").error().kind() == ErrorKind::malformed);
  CHECK(make_parents_beneath(dir.path() / "absent", "a/f").error().kind() == ErrorKind::io);
  CHECK_FALSE(fs::exists(dir.path() / "absent"));
}
