// Tests of archive_paths: the ways in which writers combine a layer's path with its entries.
#include "modelpack/archive_paths.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;

TEST_CASE("entries repeat the layer's path, or are relative to it or to its folder") {
  using Paths = std::vector<std::string>;
  const struct {
    const char* name;
    const char* layer;
    Paths entries, expected;
  } rows[] = {
      {"no path", ".", {"a", "b/c"}, {"a", "b/c"}},
      {"repeated", "data", {"data/a", "data/b/c"}, {"data/a", "data/b/c"}},
      {"a single file, repeated", "w/model.bin", {"w/model.bin"}, {"w/model.bin"}},
      {"a single file, its base name", "w/model.bin", {"model.bin"}, {"w/model.bin"}},
      {"a folder, its base name", "x/data", {"data/a", "data/b"}, {"x/data/a", "x/data/b"}},
      {"relative", "data", {"a", "b/c"}, {"data/a", "data/b/c"}},
      {"relative, further down", "x/data", {"a", "b"}, {"x/data/a", "x/data/b"}},
      {"a similar name is not the folder", "data", {"data2/a"}, {"data/data2/a"}},
      {"nothing", "data", {}, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto paths = archive_paths(row.layer, row.entries);
    REQUIRE(paths.has_value());
    CHECK(*paths == row.expected);
    for (std::size_t i = 0; i < row.entries.size(); ++i)
      CHECK(may_become(row.layer, row.entries[i], row.expected[i]));
  }
  CHECK_FALSE(may_become("data", "a", "b"));
  CHECK_FALSE(may_become("data", "a", "x/a"));
}

TEST_CASE("entries of which some repeat the path and some do not are refused") {
  const auto paths = archive_paths("data", {"data/a", "other"});
  REQUIRE_FALSE(paths.has_value());
  CHECK(paths.error().kind() == ErrorKind::malformed);
  CHECK(paths.error().text().find("other") != std::string::npos);
  CHECK(archive_paths("data", {"data/a", "data/other"}).has_value());
}

TEST_CASE("a path that gets too long is refused") {
  const std::string folder = std::string(200, 'f');
  const std::string deep = folder + "/" + folder + "/" + folder;
  CHECK(archive_paths(folder, {deep}).has_value());
  CHECK(archive_paths("d", {deep + "/" + folder + "/" + folder}).has_value());
  CHECK(archive_paths(folder + "x", {deep + "/" + folder + "/" + folder}).error().kind() ==
        ErrorKind::malformed);
}
