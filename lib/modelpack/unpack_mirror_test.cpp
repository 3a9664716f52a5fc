// Tests of unpack with a mirror that lies about large archives: the registry's bytes, or nothing.
#include "archive/test_archives.hpp"
#include "modelpack/lint.hpp"
#include "modelpack/test_trees.hpp"
#include "modelpack/unpack.hpp"
#include "oci/media_type.hpp"
#include "oci/memory_store.hpp"
#include "oci/mirrored_store.hpp"
#include "oci/test_stores.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;
using test::Tree;
using Names = std::vector<std::string>;

namespace {

// More than is held in memory until it is proven.
constexpr std::size_t kLarge = 5U << 20;

/// Its ranges are those of `text`, where there is one.
struct Liar final : oci::test::WatchedStore {
  using WatchedStore::WatchedStore;
  std::string text;
  int ranges = 0;

  Result<void> fetch_range(const oci::Descriptor& blob, std::uint64_t offset, std::uint64_t length,
                           const oci::Sink& sink) override {
    ++ranges;
    TRY(on_fetch(blob));
    if (text.empty()) return WatchedStore::fetch_range(blob, offset, length, sink);
    return sink(as_bytes(text).subspan(offset, length));
  }
};

/// A registry and its mirror, both with the one layer; `spoilt` is served instead of it.
struct Scene {
  explicit Scene(const std::string& content) {
    for (auto* each : {&copies, &originals}) {
      layer = oci::push_text(*each, "application/vnd.cncf.model.dataset.v1.tar", content).take();
    }
    layer->annotations = {{std::string(kAnnotationFilepath), "data"}};
    manifest.layers = {*layer};
    auto mirror_owned = std::make_unique<Liar>(copies);
    auto registry_owned = std::make_unique<Liar>(originals);
    mirror = mirror_owned.get();
    registry = registry_owned.get();
    std::vector<oci::MirrorStore> mirrors;
    mirrors.push_back({.store = std::move(mirror_owned)});
    store = oci::with_mirrors(
        std::move(registry_owned), std::move(mirrors),
        Logger(LogLevel::warning, [this](LogLevel, std::string_view) { ++warnings; }));
  }
  Result<UnpackOutcome> unpack(const Tree& tree) const {
    return modelpack::unpack(*store, manifest, {.directory = tree.root()});
  }

  oci::MemoryStore copies, originals;
  std::optional<oci::Descriptor> layer;
  Liar* mirror = nullptr;
  Liar* registry = nullptr;
  int warnings = 0;
  std::unique_ptr<oci::Store> store;
  oci::Manifest manifest{.media_type = std::string(oci::kManifestType),
                         .artifact_type = std::string(kArtifactType),
                         .config = oci::Descriptor::of(kConfigType, "{}"),
                         .layers = {}};
};

std::string archive_of(std::size_t size) {
  return mpk::archive::test::tar(
      {{.path = "a", .content = std::string(size, 'a')}, {.path = "b", .content = "b"}});
}

/// Other bytes of the same size: a file's, or none of an archive.
std::vector<std::string> spoilt(const std::string& content) {
  auto flipped = content;
  flipped[content.size() / 2] = '?';
  return {flipped, std::string(content.size(), '?')};
}

}  // namespace

TEST_CASE("a large archive that a mirror spoilt is unpacked as the registry has it") {
  const auto content = archive_of(kLarge);
  for (const auto& bytes : spoilt(content)) {
    Scene scene(content);
    scene.mirror->text = bytes;
    const Tree tree;
    // What the first try staged has made room by then.
    std::size_t staged = 99;
    scene.registry->on_fetch = [&](const auto&) {
      const auto names = tree.names();
      staged = static_cast<std::size_t>(std::ranges::count_if(
          names, [](const std::string& name) { return name.find('/') != std::string::npos; }));
      return Result<void>();
    };
    const auto out = scene.unpack(tree);
    REQUIRE(out.has_value());
    CHECK(out->written == 2);
    CHECK(tree.names() == Names{"data", "data/a", "data/b"});
    CHECK((tree.read("data/a") == std::string(kLarge, 'a')));
    CHECK(staged == 0);
    CHECK(scene.warnings == 1);
    CHECK(scene.mirror->ranges == 1);
    CHECK(scene.registry->ranges == 1);
  }
}

TEST_CASE("a large archive that the registry spoilt, too, leaves nothing") {
  const auto content = archive_of(kLarge);
  for (const auto& bytes : spoilt(content)) {
    Scene scene(content);
    scene.mirror->text = scene.registry->text = bytes;
    const Tree tree;
    const auto refused = scene.unpack(tree);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind() == ErrorKind::mismatch);
    CHECK(refused.error().text().find("layer data (sha256:") != std::string::npos);
    CHECK(tree.names().empty());
  }
}

TEST_CASE("a large archive that is broken for all is malformed, and no fault of the mirror") {
  Scene scene(std::string(kLarge, '?'));
  const Tree tree;
  const auto refused = scene.unpack(tree);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind() == ErrorKind::malformed);
  CHECK(tree.names().empty());
  CHECK(scene.warnings == 0);
  CHECK(scene.registry->ranges == 0);
}

TEST_CASE("lint judges a large archive by the registry's bytes, not by a mirror's") {
  Scene scene(archive_of(kLarge));
  scene.mirror->text = std::string(scene.layer->size, '?');
  const auto read =
      read_linted_archives(*scene.store, scene.manifest, nullptr, CancelToken()).take();
  REQUIRE(read.size() == 1);
  CHECK_FALSE(read[0].refusal.has_value());
  CHECK(read[0].paths == Names{"data/a", "data/b"});
  // The neighbour: it is so for all.
  Scene broken(std::string(kLarge, '?'));
  CHECK(read_linted_archives(*broken.store, broken.manifest, nullptr, CancelToken())
            .take()[0]
            .refusal.has_value());
}
