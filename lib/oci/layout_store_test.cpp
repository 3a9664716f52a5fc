// Tests of layout_store: what is on the disk, opening, and names in layouts of others.
#include "oci/layout_store.hpp"

#include "base/file.hpp"
#include "json/parse.hpp"
#include "oci/media_type.hpp"
#include "oci/referrers_tag.hpp"
#include "oci/test_artifacts.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <ostream>

using namespace mpk;
using namespace mpk::oci;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, std::string_view contents) {
  std::ofstream(path, std::ios::binary) << contents;
}
std::string get(const fs::path& path) { return read_file(path, 1U << 20).take(); }

Json read_index(const fs::path& path) { return json::parse(get(path)).take(); }

constexpr std::string_view kMarker = R"({"imageLayoutVersion":"1.0.0"})";
constexpr std::string_view kEmptyIndexFile = R"({"schemaVersion":2,"manifests":[]})";

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(directory)) {
    out.push_back(entry.path().filename().string());
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace

TEST_CASE("item 34: a new layout has the files of the specification") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const fs::path root = dir.path() / "a" / "b";
  const auto store = open_layout(root, {.create = true}).take();
  CHECK(store->name() == "oci:" + root.native());
  CHECK(get(root / "oci-layout") == kMarker);
  CHECK(read_index(root / "index.json")["schemaVersion"] == 2);
  CHECK(fs::is_directory(root / "blobs" / "sha256"));

  const auto model = test::make_model(*store, {"weights"});
  test::push(*store, model, "1.0");
  CHECK(get(root / "blobs" / "sha256" / model.descriptor.digest.hex()) == model.bytes);
  const Json index = read_index(root / "index.json");
  REQUIRE(index["manifests"].size() == 1);
  CHECK(index["manifests"][0]["annotations"] == Json{{std::string(kAnnotationRefName), "1.0"}});
  CHECK(index["manifests"][0]["digest"] == model.descriptor.digest.text());
  // Config, layer, manifest; nothing temporary.
  CHECK(names_in(root / "blobs" / "sha256").size() == 3);
}

TEST_CASE("an opened layout has what was pushed before") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const auto model = [&] {
    const auto store = open_layout(dir.path(), {.create = true}).take();
    const auto pushed = test::make_model(*store, {"weights"});
    test::push(*store, pushed, "1.0");
    return pushed;
  }();
  for (const bool create : {false, true}) {
    const auto store = open_layout(dir.path(), {.create = create}).take();
    CHECK(store->resolve("1.0").take().digest == model.descriptor.digest);
  }
}

TEST_CASE("a range is read from where it begins, unless the blob is too short for it") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const auto store = open_layout(dir.path(), {.create = true}).take();
  const std::string content = "0123456789";
  const auto blob = push_text(*store, "text/plain", content).take();
  const auto range = [&](std::uint64_t offset, std::uint64_t length) -> Result<std::string> {
    std::string out;
    TRY(store->fetch_range(blob, offset, length, [&](BytesView bytes) -> Result<void> {
      out += as_text(bytes);
      return {};
    }));
    return out;
  };
  CHECK(range(0, 10).take() == content);
  CHECK(range(3, 4).take() == "3456");
  CHECK(range(9, 1).take() == "9");
  CHECK(range(10, 0).take().empty());
  // Ranges are not proven, sizes are.
  put(dir.path() / "blobs" / "sha256" / blob.digest.hex(), "abcdefghij");
  CHECK(range(3, 4).take() == "defg");
  put(dir.path() / "blobs" / "sha256" / blob.digest.hex(), "abc");
  CHECK(range(3, 4).error().kind() == ErrorKind::mismatch);
  fs::remove(dir.path() / "blobs" / "sha256" / blob.digest.hex());
  CHECK(range(3, 4).error().kind() == ErrorKind::not_found);
}

TEST_CASE("what is no layout is refused and left alone") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const auto kind = [&](const fs::path& path, bool create) {
    const auto store = open_layout(path, {.create = create});
    return store ? std::optional<ErrorKind>() : store.error().kind();
  };
  CHECK(kind(dir.path() / "none", false) == ErrorKind::usage);
  CHECK_FALSE(open_layout(dir.path() / "none").error().hint().empty());
  CHECK_FALSE(fs::exists(dir.path() / "none"));

  const fs::path empty = dir.path() / "empty";
  fs::create_directory(empty);
  CHECK(kind(empty, false) == ErrorKind::malformed);
  CHECK(names_in(empty).empty());

  const fs::path full = dir.path() / "full";
  fs::create_directory(full);
  put(full / "model.gguf", "x");
  CHECK(kind(full, true) == ErrorKind::malformed);
  CHECK_FALSE(fs::exists(full / "oci-layout"));
  CHECK_FALSE(fs::exists(full / "index.json"));

  put(dir.path() / "file", "x");
  CHECK(kind(dir.path() / "file", false) == ErrorKind::usage);
  CHECK(kind(dir.path() / "file", true) == ErrorKind::usage);
  CHECK(kind(dir.path() / "file" / "x", false) == ErrorKind::usage);
  CHECK(kind(dir.path() / "file" / "x", true) == ErrorKind::usage);
}

TEST_CASE("a layout with damaged top files is refused") {
  const TempDir dir = TempDir::create("mpk-test").take();
  struct Row {
    const char *marker, *index;
    ErrorKind kind;
  };
  const std::string good_marker(kMarker);
  const std::string good_index(kEmptyIndexFile);
  const Row rows[] = {
      {R"({"imageLayoutVersion":"2.0.0"})", good_index.c_str(), ErrorKind::unsupported},
      {"{}", good_index.c_str(), ErrorKind::malformed},
      {"", good_index.c_str(), ErrorKind::malformed},
      {good_marker.c_str(), "", ErrorKind::malformed},
      {good_marker.c_str(), "{", ErrorKind::malformed},
      {good_marker.c_str(), nullptr, ErrorKind::malformed},
  };
  for (const auto& row : rows) {
    CAPTURE(row.marker);
    put(dir.path() / "oci-layout", row.marker);
    fs::remove(dir.path() / "index.json");
    if (row.index != nullptr) put(dir.path() / "index.json", row.index);
    const auto store = open_layout(dir.path());
    REQUIRE_FALSE(store);
    CHECK(store.error().kind() == row.kind);
    CHECK(store.error().text().find(dir.path().native()) != std::string::npos);
  }
  put(dir.path() / "oci-layout", kMarker);
  put(dir.path() / "index.json", kEmptyIndexFile);
  CHECK(open_layout(dir.path()));
}

TEST_CASE("a layout whose making was cut short is completed") {
  const TempDir dir = TempDir::create("mpk-test").take();
  put(dir.path() / ".mpk-lock", "");
  put(dir.path() / ".mpk-tmp-abc", "half");
  REQUIRE(open_layout(dir.path(), {.create = true}));
  fs::remove(dir.path() / "index.json");
  CHECK_FALSE(open_layout(dir.path()));
  REQUIRE(open_layout(dir.path(), {.create = true}));
  CHECK(open_layout(dir.path()));
}

TEST_CASE("tags that can't be typed and referrers tags are not listed and not set") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const auto store = open_layout(dir.path(), {.create = true}).take();
  const auto model = test::make_model(*store, {"weights"});
  test::push(*store, model, "1.0");
  Json index = read_index(dir.path() / "index.json");
  Json foreign = index["manifests"][0];
  foreign["annotations"][std::string(kAnnotationRefName)] = "docker.io/library/x:1\x1b[2J";
  index["manifests"].push_back(foreign);
  put(dir.path() / "index.json", json::compact(index));
  CHECK(store->tags().take() == std::vector<std::string>{"1.0"});

  const std::string reserved = referrers_tag(model.descriptor.digest);
  for (const std::string& tag : {std::string(), std::string("a/b"), std::string("a b"), reserved}) {
    CAPTURE(tag);
    CHECK(store->tag(model.descriptor, tag).error().kind() == ErrorKind::usage);
    CHECK(store->push_manifest(model.descriptor, model.bytes, tag).error().kind() ==
          ErrorKind::usage);
  }
  const auto signature = test::make_referrer(*store, model.descriptor, "sig");
  test::push(*store, signature);
  CHECK(store->remove_tag(reserved).error().kind() == ErrorKind::not_found);
  CHECK(store->referrers(model.descriptor.digest).take().size() == 1);
  // Cosign's older tags share the form, and are tags.
  CHECK(store->tag(model.descriptor, reserved + ".sig"));
}

TEST_CASE("a manifest that only an index names is found by digest, a layer is not") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const auto store = open_layout(dir.path(), {.create = true}).take();
  const auto child = test::make_model(*store, {"weights"});
  REQUIRE(push_text(*store, kManifestType, child.bytes));
  const Descriptor layer = push_text(*store, "a/b", "no manifest").take();
  const std::string list =
      R"({"schemaVersion":2,"mediaType":")" + std::string(kDockerListType) + R"(","manifests":[]})";
  const Descriptor index = push_text(*store, kDockerListType, list).take();

  CHECK(store->resolve(child.descriptor.digest.text()).take().media_type == kManifestType);
  CHECK(store->resolve(index.digest.text()).take().media_type == kDockerListType);
  CHECK(store->resolve(layer.digest.text()).error().kind() == ErrorKind::not_found);
}

TEST_CASE("a removed manifest leaves neither entries nor its blob") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const auto store = open_layout(dir.path(), {.create = true}).take();
  const auto model = test::make_model(*store, {"weights"});
  test::push(*store, model, "a");
  REQUIRE(store->tag(model.descriptor, "b"));
  REQUIRE(store->remove_manifest(model.descriptor));
  CHECK(read_index(dir.path() / "index.json")["manifests"].empty());
  CHECK_FALSE(fs::exists(dir.path() / "blobs" / "sha256" / model.descriptor.digest.hex()));
}

TEST_CASE("remove_manifest removes the child of an index, but no layer") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const auto store = open_layout(dir.path(), {.create = true}).take();
  const auto child = test::make_model(*store, {"weights"});
  REQUIRE(push_text(*store, kManifestType, child.bytes));
  const Descriptor layer = Descriptor::of("a/b", "weights");
  CHECK(store->remove_manifest(layer).error().kind() == ErrorKind::not_found);
  CHECK(store->has_blob(layer).take());
  REQUIRE(store->remove_manifest(child.descriptor));
  CHECK_FALSE(store->has_blob(child.descriptor).take());
}

TEST_CASE("a manifest that an index in the layout names stays readable") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const auto store = open_layout(dir.path(), {.create = true}).take();
  const auto child = test::make_model(*store, {"weights"});
  test::push(*store, child, "one");
  const auto index_of = [&](const Descriptor& part) {
    const std::string bytes = serialize(Index{.manifests = {part}});
    return test::Artifact{Descriptor::of(kIndexType, bytes), bytes};
  };
  const auto inner = index_of(child.descriptor);
  const auto outer = index_of(inner.descriptor);
  REQUIRE(push_text(*store, kIndexType, inner.bytes));
  test::push(*store, outer, "all");

  // It loses its own entry and its tag; the index stays whole.
  REQUIRE(store->remove_manifest(child.descriptor));
  CHECK(store->tags().take() == std::vector<std::string>{"all"});
  CHECK(store->fetch_manifest(child.descriptor).value_or("(gone)") == child.bytes);
  // Nothing more can be taken away while the index is there.
  for (const auto& part : {child.descriptor, inner.descriptor}) {
    const auto refused = store->remove_manifest(part);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::unsupported);
    CHECK(refused.error().text().find(part.digest.text()) != std::string::npos);
    CHECK_FALSE(refused.error().hint().empty());
    CHECK(store->has_blob(part).take());
  }
  REQUIRE(store->remove_manifest(outer.descriptor));
  REQUIRE(store->remove_manifest(inner.descriptor));
  REQUIRE(store->remove_manifest(child.descriptor));
  CHECK_FALSE(store->has_blob(child.descriptor).take());
}

TEST_CASE("while an index cannot be read, what it may name is kept") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const auto store = open_layout(dir.path(), {.create = true}).take();
  const auto child = test::make_model(*store, {"weights"});
  test::push(*store, child, "one");
  const std::string bytes = serialize(Index{.manifests = {child.descriptor}});
  const Descriptor index = Descriptor::of(kIndexType, bytes);
  REQUIRE(store->push_manifest(index, bytes, "all"));
  put(dir.path() / "blobs" / "sha256" / index.digest.hex(), "damaged");
  REQUIRE(store->remove_manifest(child.descriptor));
  CHECK(store->has_blob(child.descriptor).take());
}
