// Tests of unpack_case: which names are one without case, and how a file system is asked.
#include "modelpack/unpack_case.hpp"

#include "base/file.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;

TEST_CASE("two names collide if they differ in case alone, or if a file is the other's folder") {
  const struct {
    std::vector<std::string> paths;
    bool collide;
  } rows[] = {
      {{}, false},
      {{"a", "b", "ab", "a-b"}, false},
      {{"model.bin", "Model.bin"}, true},
      {{"a", "B", "A"}, true},
      {{"x/a", "x/A"}, true},
      {{"X/a", "x/a"}, true},
      {{"X/a", "x/b"}, false},  // one folder, two files
      {{"a", "A/b"}, true},
      {{"a/b/c", "z", "A/B"}, true},
      {{"a.b", "A/b"}, false},
      {{"\u00c4", "\u00e4"}, true},
      {{"\u00c4", "a"}, false},
      {{"\u03a9", "\u03c9"}, true},
      {{"\u03c2", "\u03c3"}, true},
      {{"\u017f", "s"}, true},
      {{"\u212a", "k"}, true},
      {{"\U00010400", "\U00010428"}, true},
      {{"\U00010400", "\U00010429"}, false},
      {{"\u6a21\u578b", "\u6a21"}, false},
      {{"\u00df", "ss"}, false},       // not one code point each
      {{"\u00e9", "e\u0301"}, false},  // not normalized
  };
  for (const auto& row : rows) {
    CAPTURE((row.paths.empty() ? std::string() : row.paths.front()));
    const auto found = case_collision(row.paths);
    REQUIRE(found.has_value() == row.collide);
    if (found) CHECK(found->first != found->second);
  }
  CHECK(case_collision({"b/A", "c", "b/a"}) == std::pair(std::string("b/A"), std::string("b/a")));
}

TEST_CASE("a file system is asked without a trace") {
  const TempDir dir = TempDir::create("mpk-test").take();
  // What is said agrees with what happens.
  REQUIRE(write_file_atomic(dir.path() / "name", "x"));
  const bool folds = std::filesystem::exists(dir.path() / "NAME");
  CHECK(folds_case(Directory::open(dir.path()).take()).value() == folds);
  std::filesystem::remove(dir.path() / "name");
  CHECK(std::filesystem::is_empty(dir.path()));
  CHECK(folds_case(Directory::open("/proc").take()).error().kind() == ErrorKind::io);
}
