// Tests of DigestCache: what it trusts, and what it does not.
#include "modelpack/digest_cache.hpp"

#include "base/fd.hpp"
#include "crypto/hash.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include <chrono>
#include <fstream>
#include <ostream>
#include <string>
#include <thread>

using namespace mpk;
using namespace mpk::modelpack;

namespace {

struct Scene {
  TempDir dir = TempDir::create("mpk-cache-").take();
  std::filesystem::path cache = dir.path() / "a" / "digests";

  FileReader file(const std::string& name, const std::string& content) const {
    std::ofstream(dir.path() / name) << content;
    return FileReader::open(dir.path() / name).take();
  }
  // ctime can't be set: this waits until the file counts as settled.
  FileReader settled(const std::string& name, const std::string& content) const {
    auto reader = file(name, content);
    while (!reader.settled()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return reader;
  }
};

}  // namespace

TEST_CASE("a file that did not change is known again, in another process too") {
  const Scene scene;
  const auto reader = scene.settled("f", "abc");
  const auto digest = crypto::sha256("abc");
  {
    auto cache = DigestCache::load(scene.cache);
    CHECK_FALSE(cache.find(reader.stamp()));
    cache.put(reader, digest);
    REQUIRE(cache.save());
  }
  const auto again = DigestCache::load(scene.cache);
  CHECK(again.find(reader.stamp()) == digest);
  for (auto change : {&FileStamp::device, &FileStamp::inode, &FileStamp::size}) {
    auto other = reader.stamp();
    other.*change += 1;
    CHECK_FALSE(again.find(other));
  }
  for (auto change : {&FileStamp::mtime_ns, &FileStamp::ctime_ns}) {
    auto other = reader.stamp();
    other.*change += 1;
    CHECK_FALSE(again.find(other));
  }
}

TEST_CASE("a file that changed within the resolution of the clock is not entered") {
  const Scene scene;
  auto cache = DigestCache::load(scene.cache);
  const auto reader = scene.file("f", "abc");
  cache.put(reader, crypto::sha256("abc"));
  CHECK_FALSE(cache.find(reader.stamp()));
  REQUIRE(cache.save());
  CHECK_FALSE(std::filesystem::exists(scene.cache));
}

TEST_CASE("what two processes save is kept of both") {
  const Scene scene;
  const auto one = scene.settled("one", "1");
  const auto two = scene.settled("two", "2");
  auto first = DigestCache::load(scene.cache);
  auto second = DigestCache::load(scene.cache);
  first.put(one, crypto::sha256("1"));
  second.put(two, crypto::sha256("2"));
  REQUIRE(first.save());
  REQUIRE(second.save());
  const auto both = DigestCache::load(scene.cache);
  CHECK(both.find(one.stamp()) == crypto::sha256("1"));
  CHECK(both.find(two.stamp()) == crypto::sha256("2"));
}

TEST_CASE("a damaged cache, or one that others can write, is empty") {
  const Scene scene;
  const auto reader = scene.settled("f", "abc");
  auto cache = DigestCache::load(scene.cache);
  cache.put(reader, crypto::sha256("abc"));
  REQUIRE(cache.save());
  const auto text = read_file(scene.cache, 4096).take();
  REQUIRE(DigestCache::load(scene.cache).find(reader.stamp()));

  std::filesystem::permissions(scene.cache, std::filesystem::perms(0620));
  CHECK_FALSE(DigestCache::load(scene.cache).find(reader.stamp()));
  std::filesystem::permissions(scene.cache, std::filesystem::perms(0600));

  for (const auto& damaged :
       {text.substr(0, text.size() - 1), text + "x", text + "1 2 3\n", "x" + text, text + text[0],
        text + "1 2 3 4 5 sha256:00\n", std::string()}) {
    std::ofstream(scene.cache) << damaged;
    CAPTURE(damaged);
    CHECK_FALSE(DigestCache::load(scene.cache).find(reader.stamp()));
  }
  std::filesystem::rename(scene.cache, scene.dir.path() / "elsewhere");
  std::ofstream(scene.dir.path() / "elsewhere") << text;
  std::filesystem::create_symlink(scene.dir.path() / "elsewhere", scene.cache);
  CHECK_FALSE(DigestCache::load(scene.cache).find(reader.stamp()));
}

TEST_CASE("of too many entries those used last stay") {
  const Scene scene;
  const auto reader = scene.settled("f", "abc");
  std::string text = "mpk digests 2\n";
  const auto digest = crypto::sha256("x").text();
  for (std::size_t i = 0; i < DigestCache::kEntries; ++i) {
    text += "1 " + std::to_string(i) + " 3 4 5 " + digest + "\n";
  }
  std::filesystem::create_directories(scene.cache.parent_path());
  std::ofstream(scene.cache) << text;
  std::filesystem::permissions(scene.cache, std::filesystem::perms(0600));
  const FileStamp oldest{.device = 1, .inode = 0, .size = 3, .mtime_ns = 4, .ctime_ns = 5};
  auto second_oldest = oldest;
  second_oldest.inode = 1;
  auto cache = DigestCache::load(scene.cache);
  CHECK(cache.find(oldest));  // and so it is used
  cache.put(reader, crypto::sha256("abc"));
  REQUIRE(cache.save());
  const auto again = DigestCache::load(scene.cache);
  CHECK(again.find(oldest));
  CHECK(again.find(reader.stamp()));
  CHECK_FALSE(again.find(second_oldest));
}

TEST_CASE("after expose_writes a write to a page that was dirty already moves the stamp") {
  const Scene scene;
  std::ofstream(scene.dir.path() / "f") << std::string(4096, 'x');
  struct statfs system{};
  REQUIRE(::statfs(scene.dir.path().c_str(), &system) == 0);
  if (system.f_type == TMPFS_MAGIC) return;  // the limit that the header names
  const Fd fd(::open((scene.dir.path() / "f").c_str(), O_RDWR | O_CLOEXEC));
  void* const mapped = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  REQUIRE(mapped != MAP_FAILED);
  auto* const bytes = static_cast<volatile char*>(mapped);
  bytes[0] = '1';
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the stamps' clock ticks
  const auto reader = FileReader::open(scene.dir.path() / "f").take();
  REQUIRE(DigestCache::expose_writes(reader));
  REQUIRE(reader.check_unchanged());
  bytes[0] = '2';
  CHECK_FALSE(reader.check_unchanged());
  ::munmap(mapped, 4096);
}

TEST_CASE("where writes can't be made to show nothing is to be entered") {
  CHECK_FALSE(DigestCache::expose_writes(FileReader::open("/proc/self/status").take()));
}
