// Faults of image layouts: truncated and flipped blobs, foreign files, no permission, many writers.
#include "base/file.hpp"
#include "oci/layout_store.hpp"
#include "oci/test_artifacts.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <ostream>
#include <thread>

using namespace mpk;
using namespace mpk::oci;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, std::string_view contents) {
  std::ofstream(path, std::ios::binary) << contents;
}

// Only while this process has one thread: a child of several may inherit a lock that nobody frees.
pid_t start_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  return child;
}

int exit_code_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct Layout {
  TempDir dir = TempDir::create("mpk-test").take();
  std::unique_ptr<Store> store = open_layout(dir.path(), {.create = true}).take();
  fs::path blob(const Digest& digest) const {
    return dir.path() / "blobs" / to_string(digest.algorithm()) / digest.hex();
  }
};

}  // namespace

TEST_CASE("a truncated blob is found, counts as missing, and is healed by a push") {
  Layout layout;
  const Descriptor blob = push_text(*layout.store, "a/b", "weights").take();
  put(layout.blob(blob.digest), "weigh");
  const auto fetched = fetch_text(*layout.store, blob, 100);
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().kind() == ErrorKind::mismatch);
  CHECK(fetched.error().text().find("expected 7 bytes, found 5") != std::string::npos);
  CHECK_FALSE(layout.store->has_blob(blob).take());
  http::TextSource source("weights");
  CHECK(layout.store->push_blob(blob, source).take() == Pushed::uploaded);
  CHECK(fetch_text(*layout.store, blob, 100).take() == "weights");
}

TEST_CASE("a flipped blob is found when it is read, and is healed by either push") {
  Layout layout;
  const Descriptor blob = push_text(*layout.store, "a/b", "weights").take();
  for (const bool stream : {false, true}) {
    CAPTURE(stream);
    put(layout.blob(blob.digest), "weighTs");
    CHECK(fetch_text(*layout.store, blob, 100).error().kind() == ErrorKind::mismatch);
    http::TextSource source("weights");
    const auto answer = [&] { return Result<Digest>(blob.digest); };
    REQUIRE((stream ? layout.store->push_stream(source, blob.size, answer)
                    : layout.store->push_blob(blob, source)));
    CHECK(fetch_text(*layout.store, blob, 100).value_or("(bad)") == "weights");
  }
}

TEST_CASE("a good blob is there already, whichever way it is pushed again") {
  Layout layout;
  const Descriptor blob = push_text(*layout.store, "a/b", "weights").take();
  http::TextSource source("weights");
  CHECK(layout.store->push_blob(blob, source).take() == Pushed::already_there);
  const auto answer = [&] { return Result<Digest>(blob.digest); };
  CHECK(layout.store->push_stream(source, blob.size, answer).take() == Pushed::already_there);
}

TEST_CASE("what a killed push left in blobs and beside the index goes with the next one") {
  Layout layout;
  const fs::path in_blobs = layout.dir.path() / "blobs" / "sha256" / ".mpk-tmp-AbC123";
  const fs::path beside = layout.dir.path() / ".mpk-tmp-AbC123";
  put(in_blobs, "half");
  put(beside, "half");
  const auto again = open_layout(layout.dir.path()).take();
  test::push(*again, test::make_model(*again, {"weights"}), "1");
  CHECK_FALSE(fs::exists(in_blobs));
  CHECK_FALSE(fs::exists(beside));
}

TEST_CASE("nothing is made or locked through a link that a foreign layout brings") {
  const TempDir outside = TempDir::create("mpk-test").take();
  for (const char* name : {".mpk-lock", "blobs", "blobs/sha256"}) {
    CAPTURE(name);
    Layout layout;
    const auto model = test::make_model(*layout.store, {"weights"});
    test::push(*layout.store, model, "1");
    const fs::path place = layout.dir.path() / name;
    const bool folder = fs::is_directory(place);
    fs::rename(place, layout.dir.path() / "aside");
    fs::create_symlink(outside.path() / (folder ? "." : "made"), place);
    const auto kind = [](const auto& result) {
      return result ? std::optional<ErrorKind>() : result.error().kind();
    };
    // With the store that is open, and (folders are looked at first) with one that is opened now.
    if (folder) {
      CHECK(kind(push_text(*layout.store, "a/b", "new")) == ErrorKind::malformed);
      CHECK(kind(layout.store->remove_manifest(model.descriptor)) == ErrorKind::malformed);
      CHECK(kind(open_layout(layout.dir.path())) == ErrorKind::malformed);
      CHECK(kind(open_layout(layout.dir.path(), {.create = true})) == ErrorKind::malformed);
    } else {
      CHECK(kind(layout.store->tag(model.descriptor, "2")) == ErrorKind::malformed);
      // Reading takes no lock.
      CHECK(open_layout(layout.dir.path()));
    }
    CHECK(fs::is_empty(outside.path()));
  }
}

TEST_CASE("a flipped manifest is found, and is healed by a push") {
  Layout layout;
  const auto model = test::make_model(*layout.store, {"weights"});
  test::push(*layout.store, model, "1");
  std::string flipped = model.bytes;
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
  put(layout.blob(model.descriptor.digest), flipped);
  CHECK(layout.store->fetch_manifest(model.descriptor).error().kind() == ErrorKind::mismatch);
  test::push(*layout.store, model, "1");
  CHECK(layout.store->fetch_manifest(model.descriptor).take() == model.bytes);
}

TEST_CASE("a referrer that is listed but missing or damaged is an error, never \"none\"") {
  Layout layout;
  const auto model = test::make_model(*layout.store, {"weights"});
  test::push(*layout.store, model, "1");
  const auto signature = test::make_referrer(*layout.store, model.descriptor, "sig");
  test::push(*layout.store, signature);
  put(layout.blob(signature.descriptor.digest), "x");
  CHECK(layout.store->referrers(model.descriptor.digest).error().kind() == ErrorKind::mismatch);
  fs::remove(layout.blob(signature.descriptor.digest));
  CHECK(layout.store->referrers(model.descriptor.digest).error().kind() == ErrorKind::mismatch);
  // What is damaged can still be removed.
  REQUIRE(layout.store->remove_manifest(signature.descriptor));
  CHECK(layout.store->referrers(model.descriptor.digest).take().empty());
}

TEST_CASE("foreign files in a layout disturb nothing and stay") {
  Layout layout;
  put(layout.dir.path() / "README", "hello");
  put(layout.dir.path() / "blobs" / "notes.txt", "hello");
  put(layout.dir.path() / "blobs" / "sha256" / "not-a-digest", "hello");
  fs::create_directory(layout.dir.path() / "blobs" / "sha256" / std::string(64, 'a'));
  const auto model = test::make_model(*layout.store, {"weights"});
  test::push(*layout.store, model, "1");
  const auto again = open_layout(layout.dir.path(), {.create = true}).take();
  CHECK(again->resolve("1"));
  CHECK(fs::exists(layout.dir.path() / "README"));
  CHECK(fs::exists(layout.dir.path() / "blobs" / "sha256" / "not-a-digest"));

  const Digest directory = Digest::parse("sha256:" + std::string(64, 'a')).take();
  CHECK(again->resolve(directory.text()).error().kind() == ErrorKind::malformed);
}

TEST_CASE("a pipe in place of a blob is refused, not waited for") {
  Layout layout;
  const Descriptor blob = Descriptor::of("a/b", "weights");
  REQUIRE(::mkfifo(layout.blob(blob.digest).c_str(), 0600) == 0);
  CHECK(fetch_text(*layout.store, blob, 100).error().kind() == ErrorKind::malformed);
}

TEST_CASE("a read-only layout is read, and writing says that permission is denied") {
  Layout layout;
  const auto model = test::make_model(*layout.store, {"weights"});
  test::push(*layout.store, model, "1");
  for (const auto& entry : fs::recursive_directory_iterator(layout.dir.path())) {
    fs::permissions(entry.path(), entry.is_directory() ? fs::perms(0555) : fs::perms(0444));
  }
  fs::permissions(layout.dir.path(), fs::perms(0555));
  const int failed_step = exit_code_of(start_child([&] {
    // Root may write anywhere.
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) return 0;
    const auto store = open_layout(layout.dir.path());
    if (!store) return 1;
    if (!(*store)->resolve("1") || !(*store)->fetch_manifest(model.descriptor)) return 2;
    if (!(*store)->referrers(model.descriptor.digest)) return 3;
    const auto is_io = [](const auto& result) {
      return !result && result.error().kind() == ErrorKind::io;
    };
    if (!is_io((*store)->tag(model.descriptor, "2"))) return 4;
    if (!is_io(push_text(**store, "a/b", "new"))) return 5;
    if (!is_io((*store)->remove_manifest(model.descriptor))) return 6;
    return 0;
  }));
  CHECK(failed_step == 0);
  for (const auto& entry : fs::recursive_directory_iterator(layout.dir.path())) {
    if (entry.is_directory()) fs::permissions(entry.path(), fs::perms(0755));
  }
  fs::permissions(layout.dir.path(), fs::perms(0755));
}

TEST_CASE("item 34: two processes that tag and sign at the same time lose nothing") {
  Layout layout;
  const auto model = test::make_model(*layout.store, {"weights"});
  test::push(*layout.store, model, "start");
  constexpr int kEach = 20;
  const auto work = [&](int who) {
    const auto store = open_layout(layout.dir.path(), {.create = true});
    if (!store) return 1;
    for (int i = 0; i < kEach; ++i) {
      const std::string name = fmt::format("p{}-{}", who, i);
      if (!(*store)->tag(model.descriptor, name)) return 2;
      if (i % 5 != 0) continue;
      const auto signature = test::make_referrer(**store, model.descriptor, name);
      if (!(*store)->push_manifest(signature.descriptor, signature.bytes, std::nullopt)) return 3;
    }
    return 0;
  };
  const pid_t first = start_child([&] { return work(0); });
  const pid_t second = start_child([&] { return work(1); });
  CHECK(exit_code_of(first) == 0);
  CHECK(exit_code_of(second) == 0);
  CHECK(layout.store->tags().take().size() == 1 + 2 * kEach);
  CHECK(layout.store->referrers(model.descriptor.digest).take().size() == 2 * kEach / 5);
}

TEST_CASE("threads of one store that tag at the same time lose nothing") {
  Layout layout;
  const auto model = test::make_model(*layout.store, {"weights"});
  test::push(*layout.store, model, "start");
  {
    std::vector<std::jthread> threads;
    for (int who = 0; who < 4; ++who) {
      threads.emplace_back([&, who] {
        for (int i = 0; i < 5; ++i) {
          static_cast<void>(layout.store->tag(model.descriptor, fmt::format("t{}-{}", who, i)));
        }
      });
    }
  }
  CHECK(layout.store->tags().take().size() == 21);
}

TEST_CASE("processes that make one layout at the same time all succeed") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path root = dir.path() / "store";
  const auto work = [&] { return open_layout(root, {.create = true}) ? 0 : 1; };
  const pid_t first = start_child(work);
  const pid_t second = start_child(work);
  CHECK(exit_code_of(first) == 0);
  CHECK(exit_code_of(second) == 0);
  CHECK(open_layout(root));
}
