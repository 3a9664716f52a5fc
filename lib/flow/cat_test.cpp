// Tests of cat with mirrors: what they spoilt is never printed.
#include "flow/cat.hpp"

#include "archive/test_archives.hpp"
#include "flow/test_workbench.hpp"
#include "modelpack/media_types.hpp"
#include "oci/media_type.hpp"
#include "oci/store.hpp"

#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::flow;
using namespace mpk::flow::test;

namespace {

// More than is held in memory until it is proven.
constexpr std::size_t kLarge = 5U << 20;

/// An artifact with a large file and a large archive, under the tag 1.
void push_large(oci::Store& store) {
  const auto layer = [&](std::string_view kind, std::string_view path, const std::string& content) {
    const auto type = "application/vnd.cncf.model." + std::string(kind);
    const auto pushed = must(oci::push_text(store, type, content));
    return Json{{"mediaType", type},
                {"digest", pushed.digest.text()},
                {"size", pushed.size},
                {"annotations", {{modelpack::kAnnotationFilepath, path}}}};
  };
  const auto config = must(oci::push_text(store, modelpack::kConfigType, "{}"));
  const Json manifest = {
      {"schemaVersion", 2},
      {"mediaType", oci::kManifestType},
      {"artifactType", modelpack::kArtifactType},
      {"config",
       {{"mediaType", modelpack::kConfigType},
        {"digest", config.digest.text()},
        {"size", config.size}}},
      {"layers",
       Json::array({layer("weight.v1.raw", "model.bin", std::string(kLarge, 'w')),
                    layer("dataset.v1.tar", "data",
                          mpk::archive::test::tar(
                              {{.path = "big.csv", .content = std::string(kLarge, 'c')}}))})}};
  const auto bytes = manifest.dump();
  must(
      store.push_manifest(oci::Descriptor::of(std::string(oci::kManifestType), bytes), bytes, "1"));
}

struct Printed {
  Result<void> outcome;
  std::string bytes;
};

/// A registry and its mirror, which both have the artifact.
struct Mirrored {
  explicit Mirrored(bool with_mirror = true) {
    for (auto* each : {&bench, &mirror})
      push_large(*must(open_store(each->context, each->reference("1"), {.create = true})));
    if (with_mirror) mirror_by(bench, mirror);
  }
  Printed cat(const std::string& path) {
    Printed out;
    out.outcome = flow::cat(bench.context, bench.reference("1"), path, [&](BytesView piece) {
      out.bytes += as_text(piece);
      return Result<void>();
    });
    return out;
  }
  static void spoil(Workbench& of) { of.services->registry().switches().flip_blobs = true; }
  static std::uint64_t requests(Workbench& of) {
    return of.services->registry().switches().requests;
  }

  Workbench bench, mirror;
};

const std::pair<const char*, char> kFiles[] = {{"model.bin", 'w'}, {"data/big.csv", 'c'}};

}  // namespace

TEST_CASE("a large file that the mirror spoilt is printed as the registry has it") {
  Mirrored scene;
  Mirrored::spoil(scene.mirror);
  for (const auto& [path, letter] : kFiles) {
    CAPTURE(path);
    const auto asked = Mirrored::requests(scene.mirror);
    const auto printed = scene.cat(path);
    CHECK(printed.outcome.has_value());
    CHECK((printed.bytes == std::string(kLarge, letter)));
    CHECK(Mirrored::requests(scene.mirror) > asked);
  }
}

TEST_CASE("of a large file that the registry spoilt as well, nothing is printed") {
  Mirrored scene;
  Mirrored::spoil(scene.mirror);
  Mirrored::spoil(scene.bench);
  for (const auto& [path, letter] : kFiles) {
    CAPTURE(path);
    const auto printed = scene.cat(path);
    REQUIRE_FALSE(printed.outcome.has_value());
    CHECK(printed.outcome.error().kind() == ErrorKind::mismatch);
    CHECK(printed.bytes.empty());
  }
}

TEST_CASE("a large file comes from the mirror alone while that tells the truth") {
  Mirrored scene;
  Mirrored::spoil(scene.bench);
  for (const auto& [path, letter] : kFiles) {
    CAPTURE(path);
    const auto printed = scene.cat(path);
    CHECK(printed.outcome.has_value());
    CHECK((printed.bytes == std::string(kLarge, letter)));
  }
}

TEST_CASE("without mirrors a file is printed while it arrives, and the end tells") {
  Mirrored scene(false);
  CHECK(scene.cat("model.bin").outcome.has_value());
  Mirrored::spoil(scene.bench);
  const auto printed = scene.cat("model.bin");
  REQUIRE_FALSE(printed.outcome.has_value());
  CHECK(printed.outcome.error().kind() == ErrorKind::mismatch);
  CHECK(printed.bytes.size() == kLarge);
}
