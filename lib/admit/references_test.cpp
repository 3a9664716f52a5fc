// Tests of references: the forms, objects as people write them, and hostile ones.
#include "admit/references.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::admit;

namespace {

const ReferenceTable& table() {
  static const auto kTable = ReferenceTable::make({}).take();
  return kTable;
}

// "kind pointer reference", one a place.
std::vector<std::string> found(const Json& object, const ReferenceTable& in = table()) {
  std::vector<std::string> out;
  for (const auto& each : in.find(object)) {
    CHECK(object.at(Json::json_pointer(each.pointer)) == each.text);
    out.push_back(std::string(to_string(each.kind)) + " " + each.pointer + " " +
                  (each.reference ? each.reference->text() : ""));
  }
  return out;
}
std::vector<std::string> found_in(std::string_view text) {
  const auto object = json::parse(text);
  REQUIRE(object);
  return found(*object);
}

using Lines = std::vector<std::string>;

// Puts `value` at a path of plain members and "0" for an only item.
Json at(const std::vector<std::string>& path, Json value) {
  for (auto step = path.rbegin(); step != path.rend(); ++step)
    value = *step == "0" ? Json::array({std::move(value)}) : Json{{*step, std::move(value)}};
  return value;
}

constexpr const char* kPod = R"({"apiVersion":"v1","kind":"Pod","spec":{
  "initContainers":[{"name":"i","image":"busybox"}],
  "containers":[{"name":"a","image":"ghcr.io/acme/server:1"},{"name":"b","image":"ghcr.io/acme/LLM"}],
  "ephemeralContainers":[{"name":"e","image":"ghcr.io/acme/debug:1"}],
  "volumes":[
    {"name":"m","image":{"reference":"ghcr.io/acme/llm:1","pullPolicy":"Always"}},
    {"name":"c","csi":{"driver":"model.csi.modelpack.org","volumeAttributes":{
      "model.csi.modelpack.org/reference":"ghcr.io/acme/llm:2","model.csi.modelpack.org/type":"image"}}},
    {"name":"e","ephemeral":{"volumeClaimTemplate":{"spec":{"storageClassName":"models"}}}},
    {"name":"p","projected":{"sources":[{"configMap":{"name":"image"}}]}},
    {"name":"r","rbd":{"image":"foo","monitors":["a"]}}]},
  "status":{"containerStatuses":[{"image":"ghcr.io/acme/server:1"}]}})";

}  // namespace

TEST_CASE("every place of a Pod is found, in its order, and the unreadable one is an entry") {
  const std::string kCsi =
      "csi /spec/volumes/1/csi/volumeAttributes/model.csi.modelpack.org~1reference";
  CHECK(found_in(kPod) ==
        Lines{"container /spec/containers/0/image ghcr.io/acme/server:1",
              "container /spec/containers/1/image ",
              "container /spec/ephemeralContainers/0/image ghcr.io/acme/debug:1",
              "container /spec/initContainers/0/image docker.io/library/busybox:latest",
              "image_volume /spec/volumes/0/image/reference ghcr.io/acme/llm:1",
              kCsi + " ghcr.io/acme/llm:2"});
}

TEST_CASE("pod templates are found whatever the kind and however deep") {
  struct Row {
    const char *version, *kind;
    std::vector<std::string> path;  // to the PodSpec
  };
  const std::vector<std::string> template_spec = {"spec", "template", "spec"};
  const std::vector<std::string> runtime = {
      "spec", "template", "spec", "replicatedJobs", "0", "template", "spec", "template", "spec"};
  const Row rows[] = {
      {"apps/v1", "Deployment", template_spec},
      {"apps/v1", "StatefulSet", template_spec},
      {"apps/v1", "DaemonSet", template_spec},
      {"apps/v1", "ReplicaSet", template_spec},
      {"batch/v1", "Job", template_spec},
      {"batch/v1", "CronJob", {"spec", "jobTemplate", "spec", "template", "spec"}},
      {"v1", "ReplicationController", template_spec},
      {"v1", "PodTemplate", {"template", "spec"}},
      {"serving.kserve.io/v1beta1", "InferenceService", {"spec", "predictor"}},
      {"serving.kserve.io/v1beta1", "InferenceService", {"spec", "predictor", "workerSpec"}},
      {"serving.kserve.io/v1beta1", "InferenceService", {"spec", "transformer"}},
      {"serving.kserve.io/v1alpha1", "ServingRuntime", {"spec"}},
      {"serving.kserve.io/v1alpha1", "ClusterServingRuntime", {"spec", "workerSpec"}},
      {"serving.kserve.io/v1alpha2", "LLMInferenceService", {"spec", "template"}},
      {"serving.kserve.io/v1alpha2", "LLMInferenceService", {"spec", "prefill", "worker"}},
      {"serving.kserve.io/v1alpha2",
       "LLMInferenceService",
       {"spec", "router", "scheduler", "template"}},
      {"serving.knative.dev/v1", "Service", template_spec},
      {"leaderworkerset.x-k8s.io/v1",
       "LeaderWorkerSet",
       {"spec", "leaderWorkerTemplate", "workerTemplate", "spec"}},
      {"jobset.x-k8s.io/v1alpha2",
       "JobSet",
       {"spec", "replicatedJobs", "0", "template", "spec", "template", "spec"}},
      {"ray.io/v1", "RayCluster", {"spec", "workerGroupSpecs", "0", "template", "spec"}},
      {"ray.io/v1",
       "RayService",
       {"spec", "rayClusterConfig", "headGroupSpec", "template", "spec"}},
      {"ray.io/v1", "RayJob", {"spec", "submitterPodTemplate", "spec"}},
      {"trainer.kubeflow.org/v1alpha1", "ClusterTrainingRuntime", runtime},
      {"kubeflow.org/v1",
       "PyTorchJob",
       {"spec", "pytorchReplicaSpecs", "Worker", "template", "spec"}},
      {"batch.volcano.sh/v1alpha1", "Job", {"spec", "tasks", "0", "template", "spec"}},
      {"argoproj.io/v1alpha1", "Workflow", {"spec", "templates", "0", "containerSet"}},
      {"kaito.sh/v1beta1", "Workspace", {"inference", "template", "spec"}},
      {"agents.x-k8s.io/v1beta1", "Sandbox", {"spec", "podTemplate", "spec"}},
      {"extensions.agents.x-k8s.io/v1beta1", "SandboxTemplate", {"spec", "podTemplate", "spec"}},
      {"apps.kruise.io/v1alpha1", "CloneSet", template_spec},
      {"example.com/v1", "NobodyKnowsIt", {"a", "0", "b", "0", "c"}},
      {"", "", {}},
  };
  const auto pod_spec = json::parse(kPod).value()["spec"];
  for (const auto& row : rows) {
    CAPTURE(row.kind);
    auto object = at(row.path, pod_spec);
    object["apiVersion"] = row.version;
    object["kind"] = row.kind;
    CHECK(found(object).size() == 6);
  }
}

TEST_CASE("containers that stand alone are found, and their neighbours are not") {
  for (const auto* text :
       {R"({"container":{"image":"a"}})",                     // ClusterStorageContainer, Argo
        R"({"script":{"image":"a","source":"echo"}})",        // Argo
        R"({"deployment":{"initContainer":{"image":"a"}}})",  // kagent's MCPServer
        R"({"sidecars":[{"name":"x","image":"a"}]})",         // Argo, MCPServer
        R"({"extraContainers":[{"image":"a"}]})",             // kagent's Agent
        R"({"steps":[[{"inline":{"container":{"image":"a"}}}]]})"}) {
    CAPTURE(text);
    CHECK(found_in(text).size() == 1);
  }
  for (const auto* text :
       {R"({"container":"a"})", R"({"container":[{"image":"a"}]})",
        R"({"containers":{"image":"a"}})", R"({"containers":["a"]})",
        R"({"containers":[{"image":{"name":"a"}}]})", R"({"containers":[{"image":""}]})",
        R"({"containers":[{"Image":"a"}]})", R"({"f:containers":[{"image":"a"}]})",
        R"({"containerStatuses":[{"image":"a"}]})", R"({"script":"a"})",
        R"({"scripts":[{"image":"a"}]})", R"({"image":"a"})",
        R"({"spec":{"logo":{"image":"a"}}})"}) {
    CAPTURE(text);
    CHECK(found_in(text).empty());
  }
}

TEST_CASE("image volumes and the driver's volumes are found wherever a volume can stand") {
  const auto* csi =
      R"({"driver":"model.csi.modelpack.org","volumeAttributes":{"model.csi.modelpack.org/reference":"ghcr.io/acme/llm:1"}})";
  for (
      const auto& text :
      {std::string(R"({"extraVolumes":[{"image":{"reference":"ghcr.io/acme/llm:1"}}]})"),
       std::string(R"({"volumeSource":{"image":{"reference":"ghcr.io/acme/llm:1"}}})"),
       std::string(R"({"apiVersion":"v1","kind":"PersistentVolume","spec":{"csi":)") + csi + "}}",
       std::string(R"({"persistentVolumeSpec":{"csi":)") + csi + "}}",
       std::string(
           R"({"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","provisioner":"model.csi.modelpack.org",
                "parameters":{"model.csi.modelpack.org/reference":"ghcr.io/acme/llm:1"}})")}) {
    CAPTURE(text);
    CHECK(found_in(text).size() == 1);
  }
  for (
      const auto* text :
      {R"({"volumes":[{"image":{"repository":"ghcr.io/acme/llm:1"}}]})",
       R"({"volumes":[{"image":{"reference":""}}]})",
       R"({"csi":{"driver":"other","volumeAttributes":{"model.csi.modelpack.org/reference":"a.b/c"}}})",
       R"({"csi":{"driver":"model.csi.modelpack.org","volumeAttributes":{"reference":"a.b/c"}}})",
       R"({"csi":{"driver":"model.csi.modelpack.org","parameters":{"model.csi.modelpack.org/reference":"a.b/c"}}})",
       R"({"provisioner":"other","parameters":{"model.csi.modelpack.org/reference":"a.b/c"}})",
       R"({"provisioner":"model.csi.modelpack.org","parameters":{"reference":"a.b/c"}})"}) {
    CAPTURE(text);
    CHECK(found_in(text).empty());
  }
}

TEST_CASE("a driver of another name has its own key") {
  const auto other = ReferenceTable::make({.csi_driver = "models.example.com"});
  REQUIRE(other);
  const auto object =
      json::parse(
          R"({"csi":{"driver":"models.example.com","volumeAttributes":{"models.example.com/reference":"a.b/c:1"}}})")
          .value();
  CHECK(found(object, *other) ==
        Lines{"csi /csi/volumeAttributes/models.example.com~1reference a.b/c:1"});
  CHECK(found(object).empty());
  CHECK(found(json::parse(kPod).value(), *other).size() == 5);
}

TEST_CASE("an InferenceService is found with its models, volumes and containers") {
  CHECK(found_in(R"({"apiVersion":"serving.kserve.io/v1beta1","kind":"InferenceService","spec":{
    "predictor":{
      "model":{"modelFormat":{"name":"huggingface"},"storageUri":"oci+native://ghcr.io/acme/llm:1",
               "image":"ghcr.io/acme/vllm:1","env":[{"name":"A","value":"b"}]},
      "storageUris":[{"uri":"oci://ghcr.io/acme/lora:1","mountPath":"/a"},{"uri":"hf://acme/llm"},{"uri":"ghcr.io/acme/x"}],
      "logger":{"url":"http://logs"},
      "volumes":[{"name":"m","image":{"reference":"ghcr.io/acme/extra:1"}}]},
    "transformer":{"containers":[{"name":"t","image":"ghcr.io/acme/transformer:1",
      "env":[{"name":"STORAGE_URI","value":"oci://ghcr.io/acme/tokenizer:1"},{"name":"B","value":"c"}]}]},
    "canary":[{"predictor":{"sklearn":{"storageUri":"oci://ghcr.io/acme/Canary"}}}]}})") ==
        Lines{"storage_uri /spec/canary/0/predictor/sklearn/storageUri ",
              "container /spec/predictor/model/image ghcr.io/acme/vllm:1",
              "storage_uri /spec/predictor/model/storageUri ghcr.io/acme/llm:1",
              "storage_uri /spec/predictor/storageUris/0/uri ghcr.io/acme/lora:1",
              "image_volume /spec/predictor/volumes/0/image/reference ghcr.io/acme/extra:1",
              "storage_uri /spec/transformer/containers/0/env/0/value ghcr.io/acme/tokenizer:1",
              "container /spec/transformer/containers/0/image ghcr.io/acme/transformer:1"});
}

TEST_CASE("an agent is found with its image, skills and volumes") {
  CHECK(found_in(R"({"apiVersion":"kagent.dev/v1alpha2","kind":"Agent","spec":{"type":"BYO",
    "skills":{"refs":["ghcr.io/acme/skill:1","acme/skill"],"gitRefs":[{"url":"https://example.com/x.git"}]},
    "byo":{"deployment":{"image":"ghcr.io/acme/agent:1","extraContainers":[{"name":"p","image":"proxy:1"}],
      "volumes":[{"name":"m","image":{"reference":"ghcr.io/acme/llm:1"}}]}}}})") ==
        Lines{"container /spec/byo/deployment/extraContainers/0/image docker.io/library/proxy:1",
              "agent /spec/byo/deployment/image ghcr.io/acme/agent:1",
              "image_volume /spec/byo/deployment/volumes/0/image/reference ghcr.io/acme/llm:1",
              "agent /spec/skills/refs/0 ghcr.io/acme/skill:1",
              "agent /spec/skills/refs/1 docker.io/acme/skill:latest"});
}

TEST_CASE("rows are about objects inside others, too; text that holds an object is not read") {
  const std::string inner =
      R"({"apiVersion":"serving.kserve.io/v1alpha1","kind":"TrainedModel","spec":{"model":{"storageUri":"oci://a.b/c:1"}}})";
  CHECK(found_in(R"({"apiVersion":"v1","kind":"List","items":[{},)" + inner + "]}") ==
        Lines{"storage_uri /items/1/spec/model/storageUri a.b/c:1"});
  CHECK(
      found_in(
          R"({"apiVersion":"work.open-cluster-management.io/v1","kind":"ManifestWork","spec":{"workload":{"manifests":[)" +
          inner + "]}}}")
          .size() == 1);
  const auto map =
      Json{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"data", {{"model.json", inner}}}};
  CHECK(found(map).empty());
}

TEST_CASE("names in pointers are escaped") {
  CHECK(found_in(R"({"a/b~c":{"containers":[{"image":"a.b/c:1"}]}})") ==
        Lines{"container /a~1b~0c/containers/0/image a.b/c:1"});
}

TEST_CASE("no type of any value of an object is too much") {
  const auto replace = [](const auto& self, const Json& whole, const Json& here,
                          const Json::json_pointer& pointer) -> void {
    for (const auto& other : {Json(), Json(true), Json(-1), Json(1.5), Json(""), Json("\xc3\xa9"),
                              Json::array({1}), Json{{"image", 1}}}) {
      auto changed = whole;
      changed[pointer] = other;
      CHECK(found(changed).size() <= 7);
    }
    if (here.is_object())
      for (const auto& [name, below] : here.items()) self(self, whole, below, pointer / name);
    if (here.is_array())
      for (std::size_t i = 0; i < here.size(); ++i) self(self, whole, here[i], pointer / i);
  };
  const auto pod = json::parse(kPod).value();
  replace(replace, pod, pod, Json::json_pointer());
  for (const auto& value : {Json(), Json(1), Json("a.b/c"), Json::array(), Json::object()})
    CHECK(found(value).empty());
}

TEST_CASE("objects as deep as JSON may be and with 100,000 containers are looked through") {
  std::string deep = R"({"containers":[{"image":"a.b/c:1"}]})";
  for (int i = 0; i < 60; ++i) {
    deep = R"({"apiVersion":"serving.kserve.io/v1beta1","kind":"InferenceService","spec":)" + deep +
           "}";
  }
  CHECK(found_in(deep).size() == 1);
  Json containers = Json::array();
  for (int i = 0; i < 100'000; ++i)
    containers.push_back({{"name", "c"}, {"image", "ghcr.io/acme/llm:" + std::to_string(i)}});
  const auto all = table().find({{"spec", {{"containers", std::move(containers)}}}});
  REQUIRE(all.size() == 100'000);
  CHECK(all.back().pointer == "/spec/containers/99999/image");
}

TEST_CASE("the same object gives the same list") {
  const auto pod = json::parse(kPod).value();
  CHECK(found(pod) == found(pod));
}
