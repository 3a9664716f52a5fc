// FileWatch: what counts as a change.
#include "admit/file_watch.hpp"

#include "base/file.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

namespace mpk::admit {

TEST_CASE("a file that is rewritten, replaced, removed or linked elsewhere has changed, once") {
  namespace fs = std::filesystem;
  const auto directory = TempDir::create("mpk-watch").take();
  const auto file = directory.path() / "one";
  std::ofstream(file) << "a";
  fs::create_directories(directory.path() / "v1");
  fs::create_directories(directory.path() / "v2");
  std::ofstream(directory.path() / "v1" / "two") << "b";
  std::ofstream(directory.path() / "v2" / "two") << "b";
  fs::create_directory_symlink("v1", directory.path() / "data");
  FileWatch watch({file, directory.path() / "data" / "two"});
  CHECK_FALSE(watch.changed());
  std::ofstream(file) << "longer";
  CHECK(watch.changed());
  CHECK_FALSE(watch.changed());
  REQUIRE(write_file_atomic(file, "longer"));
  CHECK(watch.changed());
  CHECK_FALSE(watch.changed());
  fs::create_directory_symlink("v2", directory.path() / "next");
  fs::rename(directory.path() / "next", directory.path() / "data");
  CHECK(watch.changed());
  CHECK_FALSE(watch.changed());
  fs::remove(file);
  CHECK(watch.changed());
  CHECK_FALSE(watch.changed());
}

TEST_CASE("files that are not there don't change, until they are") {
  const auto directory = TempDir::create("mpk-watch").take();
  FileWatch watch({directory.path() / "none" / "file"});
  CHECK_FALSE(watch.changed());
  std::filesystem::create_directories(directory.path() / "none");
  CHECK(watch.changed());
}

}  // namespace mpk::admit
