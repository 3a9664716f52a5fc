// Tests of mirrors that are behind: who is asked what a tag names.
#include "flow/check_tag.hpp"
#include "flow/kubernetes.hpp"
#include "flow/test_workbench.hpp"
#include "oci/media_type.hpp"
#include "oci/store.hpp"

#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <string_view>

using namespace mpk;
using namespace mpk::flow;
using namespace mpk::flow::test;

namespace {

/// An artifact with this config, under the tag 1.
Digest push_artifact(oci::Store& store, std::string_view config_text) {
  const auto type = std::string("application/vnd.cncf.model.config.v1+json");
  const auto config = must(oci::push_text(store, type, std::string(config_text)));
  const Json manifest = {
      {"schemaVersion", 2},
      {"mediaType", oci::kManifestType},
      {"config", {{"mediaType", type}, {"digest", config.digest.text()}, {"size", config.size}}},
      {"layers", Json::array()}};
  const auto bytes = manifest.dump();
  const auto descriptor = oci::Descriptor::of(std::string(oci::kManifestType), bytes);
  must(store.push_manifest(descriptor, bytes, "1"));
  return descriptor.digest;
}

/// A registry, and a mirror that may say what tags name and says something else about 1.
struct Behind {
  Behind() {
    upstream = push_artifact(*must(open_store(bench.context, tagged, {.create = true})), "{}");
    stale = push_artifact(*must(open_store(bench.context, mirror.reference("1"), {.create = true})),
                          "{ }");
    REQUIRE(upstream != stale);
    mirror_by(bench, mirror);
  }
  Digest found(StoreUse use) const {
    const auto store = must(open_store(bench.context, tagged, use));
    return must(resolve(*store, tagged)).digest;
  }

  Workbench bench;
  Workbench mirror;
  oci::Reference tagged = bench.reference("1");
  Digest upstream = Digest::parse("sha256:" + std::string(64, '0')).take();
  Digest stale = upstream;
};

}  // namespace

TEST_CASE("a mirror says what a tag names to readers alone") {
  const Behind scene;
  CHECK(scene.found({}) == scene.stale);
  CHECK(scene.found({.mirrors = Mirrors::bytes}) == scene.upstream);
  CHECK(scene.found({.mirrors = Mirrors::none}) == scene.upstream);
  CHECK(scene.found({.create = true}) == scene.upstream);
}

TEST_CASE("with Mirrors::bytes only what has a digest comes from a mirror") {
  const Behind scene;
  const auto pinned = scene.tagged.with_digest(scene.stale);
  const auto bytes = must(open_store(scene.bench.context, pinned, {.mirrors = Mirrors::bytes}));
  CHECK(must(resolve(*bytes, pinned)).digest == scene.stale);
  const auto none = must(open_store(scene.bench.context, pinned, {.mirrors = Mirrors::none}));
  CHECK_FALSE(resolve(*none, pinned).has_value());
}

TEST_CASE("whether a tag has moved the registry itself says") {
  const Behind scene;
  auto both = scene.tagged;
  both.digest = scene.upstream;
  CHECK(check_tag(scene.bench.context, both).has_value());
  both.digest = scene.stale;
  const auto moved = check_tag(scene.bench.context, both);
  REQUIRE_FALSE(moved.has_value());
  CHECK(moved.error().kind() == ErrorKind::mismatch);
}

TEST_CASE("what a cluster is to mount the registry itself says, with and without a digest") {
  const Behind scene;
  for (const auto consumer : {Consumer::image_volume, Consumer::csi, Consumer::kserve}) {
    const auto made =
        kubernetes_manifest(scene.bench.context, {.reference = scene.tagged, .consumer = consumer});
    CHECK(must(made).digest == scene.upstream);
  }
  auto both = scene.tagged;
  both.digest = scene.stale;
  const auto moved =
      kubernetes_manifest(scene.bench.context, {.reference = both, .consumer = Consumer::csi});
  REQUIRE_FALSE(moved.has_value());
  CHECK(moved.error().kind() == ErrorKind::mismatch);
}
