// Stores: a directory, one that can't be written, and many at once.
#include "tuf/store.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <thread>

using namespace mpk;

TEST_CASE(
    "a directory keeps what is written, also below a directory, and forgets what is removed") {
  const auto temporary = TempDir::create("tuf").take();
  tuf::DirectoryStore store(temporary.path() / "made");
  CHECK_FALSE(store.read("root.json", 100));
  REQUIRE(store.write("root.json", "one"));
  REQUIRE(store.write("root.json", "two"));
  REQUIRE(store.write("root_history/2.root.json", "three"));
  CHECK(store.read("root.json", 3) == "two");
  CHECK_FALSE(store.read("root.json", 2));  // over the cap
  CHECK(store.read("root_history/2.root.json", 100) == "three");
  REQUIRE(store.remove("root.json"));
  REQUIRE(store.remove("root.json"));
  CHECK_FALSE(store.read("root.json", 100));
}

TEST_CASE("a file that others may write is not read") {
  const auto temporary = TempDir::create("tuf").take();
  tuf::DirectoryStore store(temporary.path());
  REQUIRE(store.write("root.json", "one"));
  const auto path = temporary.path() / "root.json";
  for (const mode_t mode : {0664, 0646}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    CHECK_FALSE(store.read("root.json", 100));
  }
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
  CHECK(store.read("root.json", 100) == "one");
}

TEST_CASE("where nothing can be written changes stay in memory, and it is said") {
  const auto temporary = TempDir::create("tuf").take();
  REQUIRE(write_file_atomic(temporary.path() / "file", "x"));
  auto opened = tuf::open_for_update(temporary.path() / "file" / "below", 1, {}).take();
  CHECK(opened.not_kept);
  CHECK_FALSE(opened.lock);
  REQUIRE(opened.store->write("root.json", "one"));
  CHECK(opened.store->read("root.json", 100) == "one");
  CHECK_FALSE(opened.store->read("root.json", 2));
  REQUIRE(opened.store->remove("root.json"));
  CHECK_FALSE(opened.store->read("root.json", 100));
}

TEST_CASE("a directory with a lock that can't be had is read, and changed in memory only") {
  const auto temporary = TempDir::create("tuf").take();
  tuf::DirectoryStore store(temporary.path());
  REQUIRE(store.write("root.json", "kept"));
  std::filesystem::create_symlink("elsewhere", temporary.path() / ".lock");
  auto opened = tuf::open_for_update(temporary.path(), 1, {}).take();
  CHECK(opened.not_kept);
  CHECK(opened.store->read("root.json", 100) == "kept");
  REQUIRE(opened.store->write("root.json", "changed"));
  CHECK(opened.store->read("root.json", 100) == "changed");
  REQUIRE(opened.store->remove("root.json"));
  CHECK_FALSE(opened.store->read("root.json", 100));
  CHECK(store.read("root.json", 100) == "kept");
}

TEST_CASE("one update at a time: the second waits, and says so when it takes too long") {
  const auto temporary = TempDir::create("tuf").take();
  auto first = std::optional(tuf::open_for_update(temporary.path(), 1, {}).take());
  CHECK_FALSE(first->not_kept);
  const auto second = tuf::open_for_update(temporary.path(), 0, {});
  REQUIRE_FALSE(second);
  CHECK(second.error().kind() == ErrorKind::timeout);
  std::thread waiting([&] {
    const auto later = tuf::open_for_update(temporary.path(), 60, {});
    CHECK(later);
  });
  first.reset();
  waiting.join();
}

TEST_CASE("a reader sees old or new contents at every moment") {
  const auto temporary = TempDir::create("tuf").take();
  tuf::DirectoryStore store(temporary.path());
  const std::string a(20'000, 'a');
  const std::string b(20'000, 'b');
  REQUIRE(store.write("root.json", a));
  std::thread writer([&] {
    for (int i = 0; i < 50; ++i) CHECK(store.write("root.json", i % 2 == 0 ? b : a));
  });
  for (int i = 0; i < 200; ++i) {
    const auto seen = store.read("root.json", 100'000);
    CHECK((seen == a || seen == b));
  }
  writer.join();
}
