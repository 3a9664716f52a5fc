// Tests of Docker Model Runner's artifacts: files get the names that it gives them.
#include "modelpack/artifact.hpp"
#include "oci/media_type.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;

namespace {

oci::Descriptor layer(const std::string& type, const std::string& content,
                      oci::Annotations annotations = {}) {
  auto out = oci::Descriptor::of("application/vnd." + type, content);
  out.annotations = std::move(annotations);
  return out;
}

oci::Manifest manifest(
    std::vector<oci::Descriptor> layers,
    std::string_view config = "application/vnd.docker.ai.model.config.v0.1+json") {
  return {.media_type = std::string(oci::kManifestType),
          .config = oci::Descriptor::of(config, "{}"),
          .layers = std::move(layers)};
}

}  // namespace

TEST_CASE("layers without a name are called as Docker Model Runner unpacks them") {
  const auto files = layer_files(
      manifest({layer("docker.ai.gguf.v3", "g"), layer("docker.ai.mmproj", "m"),
                layer("docker.ai.chat.template.jinja", "t"), layer("docker.ai.license", "l1"),
                layer("docker.ai.license", "l2"), layer("docker.ai.vllm.config.tar", "v")}));
  REQUIRE(files.has_value());
  CHECK(files->at(0).path == "model.gguf");
  CHECK((files->at(0).kind == model::Kind::weight));
  CHECK(files->at(1).path == "model.mmproj");
  CHECK(files->at(2).path == "template.jinja");
  CHECK((files->at(2).kind == model::Kind::config));
  CHECK(files->at(3).path == "LICENSE-00001-of-00002");
  CHECK(files->at(4).path == "LICENSE-00002-of-00002");
  CHECK((files->at(4).kind == model::Kind::doc));
  CHECK(files->at(5).path == ".");
  CHECK((files->at(5).encoding == Encoding::tar));
}

TEST_CASE("shards are numbered, and a name of their own counts") {
  const auto shards = layer_files(
      manifest({layer("docker.ai.safetensors", "1"), layer("docker.ai.safetensors", "2")}));
  REQUIRE(shards.has_value());
  CHECK(shards->at(1).path == "model-00002-of-00002.safetensors");
  const auto named = layer_files(manifest(
      {layer("docker.ai.safetensors", "1", {{"org.cncf.model.filepath", "unet/a.safetensors"}}),
       layer("docker.ai.model.file", "2", {{"org.cncf.model.filepath", "unet/config.json"}})},
      "application/vnd.docker.ai.model.config.v0.2+json"));
  REQUIRE(named.has_value());
  CHECK(named->at(0).path == "unet/a.safetensors");
  CHECK(named->at(1).path == "unet/config.json");
  CHECK((named->at(1).kind == model::Kind::config));
}

TEST_CASE("its drafts of ModelPack's types are read as raw weights") {
  for (const char* type : {"gguf", "safetensors"}) {
    auto pack = manifest({layer(std::string("cncf.model.weight.v1.") + type, "w")}, kConfigType);
    const auto files = layer_files(pack);
    REQUIRE(files.has_value());
    CHECK(files->at(0).path == std::string("model.") + type);
    CHECK((files->at(0).kind == model::Kind::weight));
    CHECK((files->at(0).encoding == Encoding::raw));
  }
}

TEST_CASE("an unknown type without a name, and an unsafe name, are refused") {
  CHECK_FALSE(layer_files(manifest({layer("docker.ai.new", "x")})).has_value());
  CHECK_FALSE(layer_files(manifest({layer("other.type", "x")})).has_value());
  CHECK_FALSE(layer_files(manifest({layer("docker.ai.gguf.v3", "x",
                                          {{"org.cncf.model.filepath", "../x"}})}))
                  .has_value());
  CHECK(layer_files(manifest({layer("docker.ai.gguf.v3", "x")})).has_value());
  auto other =
      manifest({layer("docker.ai.gguf.v3", "x")}, "application/vnd.oci.image.config.v1+json");
  CHECK_FALSE(layer_files(other).has_value());
}
