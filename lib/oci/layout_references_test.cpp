// Tests of blobs by reference: nothing is copied, everything is proven when it is used.
#include "oci/layout_references.hpp"

#include "crypto/hash.hpp"
#include "oci/layout_store.hpp"
#include "oci/test_file_source.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::oci;
using layout::References;
namespace fs = std::filesystem;

namespace {

const std::string& content() {
  static const std::string text(300'000, 'w');
  return text;
}

struct Scene {
  TempDir dir = TempDir::create("mpk-refs-").take();
  fs::path root = dir.path() / "layout";
  fs::path file = dir.path() / "weights.bin";
  Descriptor blob{.digest = crypto::sha256(content()), .size = content().size()};

  Scene() { write(content()); }
  void write(const std::string& text) const { std::ofstream(file, std::ios::binary) << text; }
  std::unique_ptr<Store> open(bool by_reference = true) const {
    return open_layout(root, {.create = true, .by_reference = by_reference}).take();
  }
};

Result<std::string> text_of(Store& store, const Descriptor& blob) {
  return fetch_text(store, blob, 1U << 20);
}

}  // namespace

TEST_CASE("a file enters by reference without a copy, and comes out proven") {
  const Scene scene;
  const auto store = scene.open();
  test::FileSource source(scene.file);
  CHECK(store->push_blob(scene.blob, source) == Pushed::uploaded);
  CHECK(source.bytes_read() == 0);
  CHECK_FALSE(fs::exists(scene.root / "blobs/sha256" / scene.blob.digest.hex()));
  CHECK(store->has_blob(scene.blob).value());
  CHECK(text_of(*store, scene.blob).value() == content());
  CHECK(store->push_blob(scene.blob, source) == Pushed::already_there);
  // Whoever opens it can read it; how it was written does not matter.
  CHECK(text_of(*scene.open(false), scene.blob).value() == content());
}

TEST_CASE("streamed, a file is hashed and not copied") {
  const Scene scene;
  const auto store = scene.open();
  test::FileSource source(scene.file);
  const auto pushed = store->push_stream(source, content().size(),
                                         [&] { return Result<Digest>(scene.blob.digest); });
  CHECK(pushed == Pushed::uploaded);
  CHECK(store->has_blob(scene.blob).value());
  CHECK_FALSE(fs::exists(scene.root / "blobs/sha256" / scene.blob.digest.hex()));
}

TEST_CASE("what is no file is copied into a layout by reference as well") {
  const Scene scene;
  const auto store = scene.open();
  const auto config = push_text(*store, "application/json", "{}");
  REQUIRE(config);
  CHECK(fs::exists(scene.root / "blobs/sha256" / config->digest.hex()));
}

TEST_CASE("a file that changed, or went, is a missing blob and a clear error") {
  const Scene scene;
  const auto store = scene.open();
  test::FileSource source(scene.file);
  REQUIRE(store->push_blob(scene.blob, source));

  scene.write(std::string(content().size(), 'x'));
  const auto changed = text_of(*store, scene.blob);
  REQUIRE_FALSE(changed);
  CHECK(changed.error().kind() == ErrorKind::mismatch);
  CHECK_FALSE(store->has_blob(scene.blob).value());

  scene.write("short");
  const auto shorter = text_of(*store, scene.blob);
  REQUIRE_FALSE(shorter);
  CHECK(shorter.error().kind() == ErrorKind::mismatch);
  CHECK(shorter.error().text().find("weights.bin") != std::string::npos);

  fs::remove(scene.file);
  const auto gone = text_of(*store, scene.blob);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().kind() == ErrorKind::not_found);
  CHECK(gone.error().text().find("weights.bin") != std::string::npos);
  CHECK_FALSE(store->has_blob(scene.blob).value());

  // Packed again, it is right again.
  scene.write(content());
  test::FileSource again(scene.file);
  CHECK(store->push_blob(scene.blob, again) == Pushed::uploaded);
  CHECK(text_of(*store, scene.blob).value() == content());
}

TEST_CASE("a touched file of the same bytes still comes out") {
  const Scene scene;
  const auto store = scene.open();
  test::FileSource source(scene.file);
  REQUIRE(store->push_blob(scene.blob, source));
  fs::last_write_time(scene.file, fs::file_time_type::clock::now() - std::chrono::hours(5));
  CHECK_FALSE(store->has_blob(scene.blob).value());  // it might be another
  CHECK(text_of(*store, scene.blob).value() == content());
}

TEST_CASE("a reference that is no such document is malformed") {
  const Scene scene;
  const References references(scene.root);
  const auto store = scene.open();
  test::FileSource source(scene.file);
  REQUIRE(store->push_blob(scene.blob, source));
  const auto path = scene.root / "mpk-references/sha256" / scene.blob.digest.hex();
  CHECK(references.find(scene.blob.digest).value()->path == scene.file);
  for (const char* damaged :
       {"", "{}", "[]",
        R"({"path":"relative","device":1,"inode":1,"size":1,"mtimeNs":1,"ctimeNs":1})",
        R"({"path":"/x","device":-1,"inode":1,"size":1,"mtimeNs":1,"ctimeNs":1})"}) {
    CAPTURE(damaged);
    std::ofstream(path) << damaged;
    CHECK(references.find(scene.blob.digest).error().kind() == ErrorKind::malformed);
  }
  CHECK(references.list().value() == std::vector{scene.blob.digest});
  REQUIRE(references.erase(scene.blob.digest));
  REQUIRE(references.erase(scene.blob.digest));
  CHECK_FALSE(references.find(scene.blob.digest).value());
  CHECK(references.list().value().empty());
}

TEST_CASE("a copied file is proven against its digest") {
  const Scene scene;
  const auto store = scene.open(false);
  scene.write(std::string(content().size(), 'y'));
  // Settled, so that a file system that can shares its blocks.
  const timespec old[2] = {{.tv_sec = 1000, .tv_nsec = 0}, {.tv_sec = 1000, .tv_nsec = 0}};
  REQUIRE(::utimensat(AT_FDCWD, scene.file.c_str(), old, 0) == 0);
  test::FileSource source(scene.file);
  CHECK(store->push_blob(scene.blob, source).error().kind() == ErrorKind::mismatch);
  CHECK_FALSE(store->has_blob(scene.blob).value());
}
