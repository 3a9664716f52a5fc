// Tests of ModelKits: layers of kit's three generations find their places.
#include "modelpack/kit.hpp"

#include "oci/media_type.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;

namespace {

oci::Descriptor layer(const std::string& type, const std::string& content,
                      oci::Annotations annotations = {}) {
  auto out = oci::Descriptor::of("application/vnd.kitops.modelkit." + type, content);
  out.annotations = std::move(annotations);
  return out;
}

oci::Manifest manifest(std::vector<oci::Descriptor> layers) {
  return {.media_type = std::string(oci::kManifestType),
          .config = oci::Descriptor::of(kKitConfigType, "{}"),
          .layers = std::move(layers)};
}

struct Expected {
  std::string path;
  model::Kind kind;
  Encoding encoding;
};

}  // namespace

TEST_CASE("the n-th layer of a type belongs to the n-th entry of its list") {
  const auto files = layer_files(
      manifest({layer("model.v1.tar", "m"), layer("modelpart.v1.tar", "p1"),
                layer("modelpart.v1.tar+gzip", "p2"), layer("code.v1.tar", "c1"),
                layer("code.v1.tar", "c2", {{"ml.kitops.modelkit.layer-subtype", "prompt"}}),
                layer("dataset.v1.tar+zstd", "d1"), layer("dataset.v1.tar", "d2"),
                layer("docs.v1.tar+gzip", "x")}),
      R"({"manifestVersion":"1.0.0","package":{"name":"demo"},
          "model":{"name":"m","path":"./model.gguf",
                   "parts":[{"path":"tokenizer.json"},{"path":"lora/adapter.safetensors"}]},
          "code":[{"path":"src/"}],"prompts":[{"path":"AGENTS.md"}],
          "datasets":[{"path":"data/train"},{"path":"data/test"}],"docs":[{"path":"."}]})");
  REQUIRE(files.has_value());
  const Expected expected[] = {
      {"model.gguf", model::Kind::weight, Encoding::tar},
      {"tokenizer.json", model::Kind::config, Encoding::tar},
      {"lora/adapter.safetensors", model::Kind::weight, Encoding::tar_gzip},
      {"src", model::Kind::code, Encoding::tar},
      {"AGENTS.md", model::Kind::code, Encoding::tar},
      {"data/train", model::Kind::dataset, Encoding::tar_zstd},
      {"data/test", model::Kind::dataset, Encoding::tar},
      {".", model::Kind::doc, Encoding::tar_gzip},
  };
  REQUIRE(files->size() == std::size(expected));
  for (std::size_t i = 0; i < files->size(); ++i) {
    CAPTURE(i);
    CHECK(files->at(i).path == expected[i].path);
    CHECK((files->at(i).kind == expected[i].kind));
    CHECK((files->at(i).encoding == expected[i].encoding));
  }
}

TEST_CASE("a digest in the Kitfile must be the layer's") {
  const auto model = layer("model.v1.tar", "m");
  const auto with = [&](const std::string& digest) {
    return layer_files(manifest({model}),
                       R"({"model":{"path":"m","digest":")" + digest + R"(","diffId":"x"}})");
  };
  CHECK(with(model.digest.text()).has_value());
  CHECK(with(layer("", "other").digest.text()).error().kind() == ErrorKind::malformed);
}

TEST_CASE("a raw layer's own path counts, and may not contradict itself") {
  const auto read = [](oci::Annotations annotations) {
    return layer_files(manifest({layer("model.v1.raw", "m", std::move(annotations))}),
                       R"({"model":{"path":"./"}})");
  };
  const auto good = read({{"org.cncf.model.filepath", "model.gguf"}});
  REQUIRE(good.has_value());
  CHECK(good->at(0).path == "model.gguf");
  CHECK((good->at(0).encoding == Encoding::raw));
  CHECK_FALSE(read({}).has_value());  // "./" is no file
  CHECK_FALSE(read({{"org.cncf.model.filepath", "../model.gguf"}}).has_value());
  CHECK_FALSE(read({{"org.cncf.model.filepath", "a"}, {"org.opencontainers.image.title", "b"}})
                  .has_value());
}

TEST_CASE("a Kitfile that does not go with the layers is refused") {
  const auto one = manifest({layer("code.v1.tar", "c")});
  CHECK(layer_files(one, R"({"code":[{"path":"src"}]})").has_value());
  CHECK(layer_files(one, R"({"code":[{}]})").take().at(0).path == ".");
  for (const char* kitfile :
       {"", "[]", "{}", "{", R"({"code":{}})", R"({"code":[]})", R"({"code":["src"]})",
        R"({"code":[{"path":"../src"}]})", R"({"code":[{"path":"/src"}]})",
        R"({"code":[{"path":7}]})", R"({"docs":[{"path":"src"}]})"}) {
    CAPTURE(kitfile);
    const auto files = layer_files(one, kitfile);
    REQUIRE_FALSE(files.has_value());
    CHECK(files.error().kind() == ErrorKind::malformed);
  }
  for (const char* type : {"mcpb.v1.raw", "code.v1.zip", "code.v2.tar", "code.v1.tar+xz"}) {
    CAPTURE(type);
    CHECK_FALSE(layer_files(manifest({layer(type, "c")}), R"({"code":[{"path":"src"}]})"));
  }
}

TEST_CASE("a ModelPack that kit wrote may carry its Kitfile as a layer") {
  auto weight = oci::Descriptor::of("application/vnd.cncf.model.weight.v1.tar", "w");
  weight.annotations = {{"org.cncf.model.filepath", "model.gguf"}};
  oci::Manifest pack{.media_type = std::string(oci::kManifestType),
                     .artifact_type = std::string(kArtifactType),
                     .config = oci::Descriptor::of(kConfigType, "{}"),
                     .layers = {weight, oci::Descriptor::of(kKitConfigType, "{}")}};
  const auto files = layer_files(pack);
  REQUIRE(files.has_value());
  CHECK(files->at(1).path == "Kitfile");
  CHECK((files->at(1).kind == model::Kind::config));
}

TEST_CASE("a model in another ModelKit is recognised, a path is none") {
  CHECK(kit_parent(R"({"model":{"path":"ghcr.io/acme/base:1.0"}})") == "ghcr.io/acme/base:1.0");
  CHECK(kit_parent(R"({"model":{"path":"localhost:5000/base:1"}})") == "localhost:5000/base:1");
  for (const char* path : {"model.gguf", "./models/m", "v1.0/model.gguf", "a.b/c", "models/a:b"}) {
    CAPTURE(path);
    CHECK_FALSE(kit_parent(std::string(R"({"model":{"path":")") + path + R"("}})").has_value());
  }
  CHECK_FALSE(kit_parent("{}").has_value());
  CHECK_FALSE(kit_parent("nonsense").has_value());
}
