// Tests of unpack with company: somebody who swaps folders, a second pull, one that was killed.
#include "modelpack/test_trees.hpp"
#include "modelpack/unpack.hpp"
#include "oci/memory_store.hpp"
#include "oci/test_stores.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <atomic>
#include <ostream>
#include <thread>

using namespace mpk;
using namespace mpk::modelpack;
using test::Tree;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

void swap_names(const fs::path& one, const fs::path& other) {
  static_cast<void>(::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE));
}

struct Model {
  explicit Model(const std::function<void(const Tree&)>& fill) {
    const Tree tree;
    fill(tree);
    const auto packed = test::pack_all(&memory, {.directory = tree.root()}).take();
    manifest = oci::parse_manifest(packed.artifact.manifest_bytes).take();
  }
  oci::MemoryStore memory;
  oci::test::WatchedStore store{memory};
  oci::Manifest manifest{.config = oci::Descriptor::of("", "")};
};

}  // namespace

TEST_CASE("a folder that is swapped for a link while a layer comes still gets its file") {
  Model model([](const Tree& tree) { tree.write("deep/er/f", "one"); });
  const Tree outside;
  fs::create_directory(outside.at("er"));
  const Tree tree;
  fs::create_directory_symlink(outside.root(), tree.at("link"));
  model.store.on_fetch = [&](const oci::Descriptor&) {
    swap_names(tree.at("deep"), tree.at("link"));
    return Result<void>();
  };
  REQUIRE(unpack(model.store, model.manifest, {.directory = tree.root()}).has_value());
  CHECK(outside.names() == Names{"er"});
  CHECK(fs::is_symlink(tree.at("deep")));
  CHECK(tree.read("link/er/f") == "one");
}

TEST_CASE("nothing gets out while somebody swaps a folder for a link all the time") {
  Model model([](const Tree& tree) {
    for (int i = 0; i < 8; ++i) tree.write("deep/er/f" + std::to_string(i), std::to_string(i));
  });
  const Tree outside;
  fs::create_directory(outside.at("er"));
  const Tree tree;
  fs::create_directories(tree.at("deep/er"));
  fs::create_directory_symlink(outside.root(), tree.at("link"));
  std::atomic<bool> stop{false};
  std::jthread swapper([&] {
    for (unsigned i = 0; !stop; ++i) {
      swap_names(tree.at("deep"), tree.at("link"));
      // Odd intervals: every step of unpack gets its turn.
      std::this_thread::sleep_for(std::chrono::microseconds(1 + i * 37 % 400));
    }
  });
  int done = 0;
  int refused = 0;
  for (int round = 0; round < 300 && outside.names() == Names{"er"}; ++round) {
    const auto out = unpack(model.store, model.manifest, {.directory = tree.root()});
    if (outside.names() != Names{"er"}) break;
    if (out) {
      ++done;
    } else {
      CAPTURE(out.error().text());
      CHECK(out.error().kind() == ErrorKind::mismatch);
      ++refused;
    }
    for (const auto& way : {"deep", "link"}) {
      for (int i = 0; i < 8; ++i) fs::remove(tree.at(way) / "er" / ("f" + std::to_string(i)));
    }
  }
  stop = true;
  swapper.join();
  CHECK(outside.names() == Names{"er"});
  // Else the two never met.
  CHECK(refused > 0);
  MESSAGE(done << " pulls went through, " << refused << " were refused");
}

TEST_CASE("of two pulls into one directory the second finds the files of the first") {
  Model model([](const Tree& tree) {
    tree.write("a/f", "one");
    tree.write("g", "two");
  });
  const Tree tree;
  bool first = true;
  model.store.on_fetch = [&](const oci::Descriptor&) -> Result<void> {
    if (!std::exchange(first, false)) return {};
    TRY(unpack(model.memory, model.manifest, {.directory = tree.root()}));
    return {};
  };
  const auto out = unpack(model.store, model.manifest, {.directory = tree.root(), .workers = 1});
  REQUIRE(out.has_value());
  CHECK(out->written == 0);
  CHECK(out->kept == 2);
  CHECK(out->bytes == 0);
  CHECK(tree.names() == Names{"a", "a/f", "g"});
}

TEST_CASE("a different file that comes meanwhile is refused as one that was there") {
  for (const char* content : {"ONE", "another size"}) {
    Model model([](const Tree& tree) { tree.write("f", "one"); });
    const Tree tree;
    model.store.on_fetch = [&](const oci::Descriptor&) {
      tree.write("f", content);
      return Result<void>();
    };
    const auto out = unpack(model.store, model.manifest, {.directory = tree.root()});
    REQUIRE_FALSE(out.has_value());
    CHECK(out.error().kind() == ErrorKind::exists);
    CHECK(out.error().text().find("is there and differs") != std::string::npos);
    CHECK(out.error().hint().starts_with("--overwrite replaces it"));
    CHECK(tree.read("f") == content);
    CHECK(tree.names() == Names{"f"});
  }
}

TEST_CASE("what a killed pull left goes, what another one writes or the user named stays") {
  Model model([](const Tree& tree) {
    tree.write("a/b/f", "one");
    tree.write("c/g", "two");
  });
  const Tree tree;
  for (const char* left : {".mpk-tmp-AbC123", "a/b/.mpk-tmp-zzzzz0"}) tree.write(left, "half");
  const Names stays = {".mpk-tmp-",     ".mpk-tmp-abc",     ".mpk-tmp-abcdefg", ".mpk-tmp-ab.def",
                       "x.mpk-tmp-abc", ".mpk-tmp-AbC123~", "a/.mpk-tmp-held00"};
  for (const auto& name : stays) tree.write(name, "mine");
  fs::create_directory(tree.at(".mpk-tmp-folder"));
  fs::create_symlink("x.mpk-tmp-abc", tree.at(".mpk-tmp-link00"));
  const Fd held(::open(tree.at("a/.mpk-tmp-held00").c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(::flock(held.get(), LOCK_EX) == 0);
  tree.write("other/.mpk-tmp-other0", "not a folder of this pull");

  REQUIRE(unpack(model.store, model.manifest, {.directory = tree.root()}).has_value());
  for (const auto& name : stays) CHECK(tree.read(name) == "mine");
  CHECK(fs::exists(tree.at(".mpk-tmp-folder")));
  CHECK(fs::is_symlink(tree.at(".mpk-tmp-link00")));
  CHECK(fs::exists(tree.at("other/.mpk-tmp-other0")));
  CHECK_FALSE(fs::exists(tree.at(".mpk-tmp-AbC123")));
  CHECK_FALSE(fs::exists(tree.at("a/b/.mpk-tmp-zzzzz0")));
}

TEST_CASE("files and folders are no wider than the umask allows") {
  Model model([](const Tree& tree) {
    tree.write("bin/run", "one", true);
    tree.write("f", "two");
  });
  const Tree tree;
  const mode_t before = ::umask(0027);
  const auto out = unpack(model.store, model.manifest, {.directory = tree.at("new")});
  ::umask(before);
  REQUIRE(out.has_value());
  CHECK(tree.mode("new") == 0750);
  CHECK(tree.mode("new/bin") == 0750);
  CHECK(tree.mode("new/bin/run") == 0750);
  CHECK(tree.mode("new/f") == 0640);
}
