// Tests of mpk k8s: what each consumer gets, what is refused, and that no text breaks out of the
// YAML.
#include "flow/kubernetes.hpp"

#include "flow/test_workbench.hpp"
#include "json/yaml.hpp"
#include "oci/media_type.hpp"
#include "oci/store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::flow;
using namespace mpk::flow::test;

namespace {

constexpr const char* kModelConfig = "application/vnd.cncf.model.config.v1+json";
constexpr const char* kRawWeights = "application/vnd.cncf.model.weight.v1.raw";

Json object_of(const std::string& yaml) {
  auto document = must(json::parse_yaml(yaml, "k8s"));
  return *document.value;
}

KubernetesObject pod() {
  KubernetesObject object;
  object.reference = "ghcr.io/acme/llm@sha256:0";
  object.name = "llm";
  object.mount_path = "/models";
  object.model_format = "huggingface";
  object.csi_driver = "model.csi.modelpack.org";
  return object;
}

/// A manifest with this config type and one layer of that type and annotations, under a tag.
Digest push_manifest(const Workbench& bench, const std::string& tag, const std::string& config_type,
                     const std::string& layer_type, const Json& annotations = Json::object()) {
  auto store = must(open_store(bench.context, bench.reference(tag)));
  auto config = must(oci::push_text(*store, config_type, "{}"));
  auto layer = must(oci::push_text(*store, layer_type, "x"));
  const Json manifest = {
      {"schemaVersion", 2},
      {"mediaType", oci::kManifestType},
      {"config",
       {{"mediaType", config_type}, {"digest", config.digest.text()}, {"size", config.size}}},
      {"layers", Json::array({{{"mediaType", layer_type},
                               {"digest", layer.digest.text()},
                               {"size", layer.size},
                               {"annotations", annotations}}})}};
  const auto bytes = manifest.dump();
  const auto descriptor = oci::Descriptor::of(std::string(oci::kManifestType), bytes);
  must(store->push_manifest(descriptor, bytes, tag));
  return descriptor.digest;
}

bool notes(const KubernetesManifest& made, const std::string& text) {
  return std::ranges::any_of(made.notes, [&](const std::string& note) {
    return note.find(text) != std::string::npos &&
           made.yaml.find("# " + note + "\n") != std::string::npos;
  });
}

}  // namespace

TEST_CASE("the name of an object is made from the repository's last part") {
  struct Row {
    const char* repository;
    const char* expected;
  };
  for (const auto& row : std::vector<Row>{{"acme/tiny-llama", "tiny-llama"},
                                          {"llm", "llm"},
                                          {"acme/Tiny_Llama.v2", "tiny-llama-v2"},
                                          {"acme/7b-chat", "model-7b-chat"},
                                          {"acme/a__b--c", "a-b-c"},
                                          {"acme/x_", "x"},
                                          {"acme/0123456789012345678901234567890123.567890",
                                           "model-0123456789012345678901234567890123"},
                                          {"acme/___", "model"}}) {
    CAPTURE(row.repository);
    CHECK(kubernetes_name(row.repository) == row.expected);
  }
}

TEST_CASE("each consumer gets the object that it wants") {
  auto object = pod();
  auto made = object_of(must(kubernetes_yaml(object)));
  CHECK(made["kind"] == "Pod");
  CHECK(made["apiVersion"] == "v1");
  CHECK_FALSE(made["metadata"].contains("namespace"));
  CHECK(made["spec"]["volumes"][0]["image"]["reference"] == object.reference);
  CHECK(made["spec"]["containers"][0]["volumeMounts"][0]["mountPath"] == "/models");

  object.consumer = Consumer::csi;
  object.name_space = "prod";
  object.csi_driver = "other.csi.example";
  made = object_of(must(kubernetes_yaml(object)));
  CHECK(made["metadata"]["namespace"] == "prod");
  CHECK(made["spec"]["volumes"][0]["csi"]["driver"] == "other.csi.example");
  CHECK(made["spec"]["volumes"][0]["csi"]["volumeAttributes"]["other.csi.example/reference"] ==
        object.reference);

  object.consumer = Consumer::kserve;
  made = object_of(must(kubernetes_yaml(object)));
  CHECK(made["kind"] == "InferenceService");
  CHECK_FALSE(made["spec"]["predictor"]["model"].contains("storageUri"));
  CHECK(made["spec"]["predictor"]["volumes"][0]["image"]["reference"] == object.reference);
  object.container_image = true;
  made = object_of(must(kubernetes_yaml(object)));
  CHECK(made["spec"]["predictor"]["model"]["storageUri"] == "oci://" + object.reference);
  CHECK_FALSE(made["spec"]["predictor"].contains("volumes"));
}

TEST_CASE("texts stay texts in the YAML, whatever they look like") {
  for (const std::string text : {"yes", "1e3", "null", "a: b", "a #b", "- x", "{x}", "\"", "\\",
                                 "\\n", "'", "a\"b: c", "%", "@", "*x", "&x", "!x", "|", ">"}) {
    CAPTURE(text);
    auto object = pod();
    object.image = text;
    object.mount_path = "/m/" + text;
    if (text.find(':') != std::string::npos) object.mount_path = "/m";
    const auto made = object_of(must(kubernetes_yaml(object)));
    CHECK(made["spec"]["containers"][0]["image"] == text);
    CHECK(made["spec"]["containers"][0]["volumeMounts"][0]["mountPath"] == object.mount_path);
    object.consumer = Consumer::kserve;
    object.model_format = text;
    CHECK(object_of(must(kubernetes_yaml(
              object)))["spec"]["predictor"]["model"]["modelFormat"]["name"] == text);
  }
}

TEST_CASE("what Kubernetes would refuse is refused, by the option's name") {
  const auto refused = [](auto&& change, const std::string& option) {
    auto object = pod();
    change(object);
    const auto made = kubernetes_yaml(object);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().kind() == ErrorKind::usage);
    CHECK(made.error().text().find(option) == 0);
  };
  for (const std::string name : {"", "-a", "a-", "A", "a.b", "a_b", "a\n"}) {
    CAPTURE(name);
    refused([&](auto& o) { o.name = name; }, "--name ");
    refused([&](auto& o) { o.name_space = name; }, "--namespace ");
  }
  refused([](auto& o) { o.name = std::string(64, 'a'); }, "--name ");
  refused(
      [](auto& o) {
        o.consumer = Consumer::kserve;
        o.name = "7b";
      },
      "--name ");
  for (const std::string path : {"", "models", "/a:b", "/a/../b", "/..", "/a\nb", "/\xc3\xa4"}) {
    CAPTURE(path);
    refused([&](auto& o) { o.mount_path = path; }, "--mount-path ");
  }
  for (const std::string text : {"", "a\nb", "\x7f", "\xc3\xa4"}) {
    CAPTURE(text);
    refused([&](auto& o) { o.image = text; }, "--image ");
    refused(
        [&](auto& o) {
          o.consumer = Consumer::kserve;
          o.model_format = text;
        },
        "--model-format ");
  }
  refused(
      [](auto& o) {
        o.consumer = Consumer::csi;
        o.csi_driver = "a/b";
      },
      "--csi-driver ");
  // The neighbours that pass.
  auto object = pod();
  object.name = "7b";
  object.name_space = std::string(63, 'a');
  object.mount_path = "/a/..b/c d";
  CHECK(kubernetes_yaml(object).has_value());
}

TEST_CASE("a tag becomes the digest that the registry has, by one request") {
  Workbench bench;
  const auto digest = push_manifest(bench, "1", kModelConfig, kRawWeights);
  auto& requests = bench.services->registry().switches().requests;
  for (const auto consumer : {Consumer::image_volume, Consumer::csi, Consumer::kserve}) {
    const auto before = requests.load();
    const auto made = must(kubernetes_manifest(
        bench.context, {.reference = bench.reference("1"), .consumer = consumer}));
    CHECK(requests.load() == before + 1);
    CHECK(made.digest == digest);
    CHECK(made.yaml.find(made.reference) != std::string::npos);
    CHECK(made.yaml.find("@" + digest.text() + "\"") != std::string::npos);
    CHECK(object_of(made.yaml)["metadata"]["name"] == "tiny");
  }
  const auto missing = kubernetes_manifest(bench.context, {.reference = bench.reference("2")});
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().kind() == ErrorKind::not_found);
}

TEST_CASE("what can't be mounted is said in the YAML itself") {
  Workbench bench;
  push_manifest(bench, "raw", kModelConfig, kRawWeights);
  push_manifest(bench, "tar", kModelConfig, "application/vnd.cncf.model.dataset.v1.tar");
  constexpr const char* kTar = "application/vnd.cncf.model.doc.v1.tar";
  push_manifest(bench, "folder", kModelConfig, kTar, {{"org.cncf.model.filepath", "."}});
  push_manifest(bench, "titled", kModelConfig, kTar,
                {{"org.cncf.model.filepath", "."}, {"org.opencontainers.image.title", "docs.tar"}});
  push_manifest(bench, "image", "application/vnd.oci.image.config.v1+json",
                "application/vnd.oci.image.layer.v1.tar");
  const auto made = [&](const std::string& tag, Consumer consumer) {
    return must(kubernetes_manifest(bench.context,
                                    {.reference = bench.reference(tag), .consumer = consumer}));
  };
  const std::string no_containerd = "with an empty folder";
  CHECK(notes(made("raw", Consumer::image_volume), no_containerd));
  CHECK_FALSE(notes(made("raw", Consumer::image_volume), "archives"));
  CHECK(notes(made("tar", Consumer::image_volume), "stay archives: 1"));
  CHECK_FALSE(notes(made("tar", Consumer::image_volume), "without a name"));
  CHECK(notes(made("folder", Consumer::image_volume), "archives without a name: 1"));
  CHECK_FALSE(notes(made("folder", Consumer::image_volume), "stay archives"));
  CHECK(notes(made("titled", Consumer::image_volume), "stay archives: 1"));
  CHECK_FALSE(notes(made("folder", Consumer::csi), "archives"));
  CHECK_FALSE(notes(made("image", Consumer::image_volume), no_containerd));
  CHECK(notes(made("raw", Consumer::kserve), no_containerd));
  CHECK(notes(made("raw", Consumer::kserve), "without storageUri"));
  CHECK(notes(made("image", Consumer::kserve), "below /models"));
  CHECK(notes(made("raw", Consumer::csi), "ignores the digest"));
  CHECK(made("image", Consumer::kserve).yaml.find("      storageUri: \"oci://") !=
        std::string::npos);
  CHECK(made("raw", Consumer::kserve).yaml.find("      storageUri: ") == std::string::npos);

  const auto by_csi = kubernetes_manifest(
      bench.context, {.reference = bench.reference("image"), .consumer = Consumer::csi});
  REQUIRE_FALSE(by_csi.has_value());
  CHECK(by_csi.error().kind() == ErrorKind::unsupported);
  const auto at_path = kubernetes_manifest(bench.context, {.reference = bench.reference("image"),
                                                           .consumer = Consumer::kserve,
                                                           .mount_path = "/elsewhere"});
  REQUIRE_FALSE(at_path.has_value());
  CHECK(at_path.error().kind() == ErrorKind::usage);
}

TEST_CASE("the CSI driver goes by the tag, so the tag has to name the digest") {
  Workbench bench;
  const auto first = push_manifest(bench, "1", kModelConfig, kRawWeights);
  push_manifest(bench, "2", kModelConfig, "application/vnd.cncf.model.doc.v1.raw");
  const auto csi = [&](const oci::Reference& reference) {
    return kubernetes_manifest(bench.context, {.reference = reference, .consumer = Consumer::csi});
  };
  auto both = bench.reference("1");
  both.digest = first;
  const auto made = must(csi(both));
  CHECK(made.reference == bench.reference("1").name() + ":1@" + first.text());

  auto moved = bench.reference("2");
  moved.digest = first;
  auto refused = csi(moved);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind() == ErrorKind::mismatch);
  refused = csi(bench.reference("1").with_digest(first));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind() == ErrorKind::usage);
  CHECK(refused.error().text().find("by digest alone") != std::string::npos);
  // An image volume goes by the digest: the tag beside it does not matter.
  CHECK(kubernetes_manifest(bench.context, {.reference = moved}).has_value());
}

TEST_CASE("a layout is no place that Kubernetes reaches") {
  Workbench bench;
  const auto refused = kubernetes_manifest(
      bench.context, {.reference = must(oci::Reference::parse("oci:/nowhere:1"))});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind() == ErrorKind::usage);
  CHECK(refused.error().hint().find("mpk copy oci:/nowhere:1 ") != std::string::npos);
}
