// The gate: what is judged, what is let pass, and that nothing goes by unseen.
#include "admit/gate.hpp"

#include "admit/limits.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <ostream>

using namespace mpk;
using namespace mpk::admit;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kModel = "ghcr.io/acme/tiny";
const std::string kPinned = kModel + "@" + kDigest;

policy::PolicyFile policy_of(const std::string& extra = "match: [ghcr.io/acme/*]\n") {
  auto read = policy::parse_policy(
      "apiVersion: mpk/v1\n" + extra + "signers: [{identity: ci, issuer: https://i.example}]\n",
      "p.yaml");
  REQUIRE_MESSAGE(read, read.error().text());
  return read.take();
}

policy::Verdict verdict_of(int exit_code, const std::optional<std::string>& digest = kDigest) {
  policy::Verdict out;
  if (digest) out.digest = Digest::parse(*digest).take();
  out.checks.push_back(
      {.id = "signature",
       .label = "signature",
       .result = exit_code == 0 ? policy::CheckResult::pass : policy::CheckResult::fail,
       .code = exit_code == 0 ? "" : "no-signature",
       .message = "as the test says",
       .exit_code = exit_code});
  return out;
}

Json pod(const std::vector<std::string>& images, const std::vector<std::string>& volumes) {
  Json out = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"name", "p"}}}};
  out["spec"] = {{"containers", Json::array()}, {"volumes", Json::array()}};
  for (const auto& image : images)
    out["spec"]["containers"].push_back({{"name", "c"}, {"image", image}});
  for (const auto& volume : volumes)
    out["spec"]["volumes"].push_back({{"name", "v"}, {"image", {{"reference", volume}}}});
  return out;
}

struct Scene {
  Scene()
      : options{.table = std::make_shared<const ReferenceTable>(ReferenceTable::make({}).take())} {
    request.uid = "u-1";
    request.operation = "CREATE";
    request.kind = "Pod";
    request.name_space = "models";
  }
  ReviewResponse judge() {
    asked.clear();
    announced.clear();
    return judge_review(
        request, options, policy,
        [&](const oci::Reference& reference) -> Result<std::shared_ptr<const policy::Verdict>> {
          asked.push_back(reference.text());
          if (!answer) return answer.error();
          return std::make_shared<const policy::Verdict>(*answer);
        },
        [&](const oci::Reference& reference) {
          CHECK(asked.empty());
          announced.push_back(reference.text());
        });
  }
  ReviewRequest request;
  GateOptions options;
  policy::PolicyFile policy = policy_of();
  Result<policy::Verdict> answer = verdict_of(0);
  std::vector<std::string> asked, announced;
};

bool says(const ReviewResponse& response, std::string_view text) {
  return response.message.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a model that passes is admitted, asked once, and noted with its digest") {
  Scene scene;
  scene.request.object = pod({"nginx:1"}, {kPinned, kPinned});
  const auto response = scene.judge();
  CHECK(response.allowed);
  CHECK(response.uid == "u-1");
  CHECK(response.message.empty());
  CHECK(scene.asked == std::vector{kPinned});
  REQUIRE(response.audit.size() == 2);
  CHECK(response.audit.at("reference-0") ==
        "/spec/volumes/0/image/reference " + kPinned + ": passed " + kDigest);
}

TEST_CASE("what will be verified is announced before, and nothing else") {
  Scene scene;
  scene.request.object = pod({"nginx:1"}, {kPinned, "models.example/a:tag"});
  CHECK_FALSE(scene.judge().allowed);
  CHECK(scene.announced == std::vector{kPinned});
  CHECK(scene.asked == scene.announced);
  scene.options.pin = true;
  static_cast<void>(scene.judge());
  CHECK(scene.announced.size() == scene.asked.size());
}

TEST_CASE("an MCP server that no model of the object pins is refused by name") {
  Scene scene;
  scene.request.object = pod({}, {kPinned});
  scene.request.object["spec"]["containers"] = {
      {{"name", "agent"},
       {"env",
        {{{"name", "MCP_SHOP"}, {"value", "https://shop.example/mcp"}},
         {{"name", "MCP_SHADOW"}, {"value", "https://shadow.example/mcp"}}}}}};
  auto verdict = verdict_of(0);
  verdict.servers = std::vector<policy::PinnedServer>{
      {.name = "shop", .endpoint = "https://shop.example/mcp", .tools = {}}};
  scene.answer = verdict;
  CHECK(scene.judge().allowed);  // nobody asks for pins
  scene.options.pinned_agents = true;
  auto response = scene.judge();
  CHECK_FALSE(response.allowed);
  CHECK(response.code == 403);
  CHECK(says(response, "MCP server https://shadow.example/mcp (/spec/containers/0/env/1/value)"));
  CHECK(says(response, "[agent-not-pinned]"));
  CHECK_FALSE(says(response, "shop.example/mcp ("));
  verdict.servers->push_back({.name = "x", .endpoint = "https://shadow.example/mcp", .tools = {}});
  scene.answer = verdict;
  CHECK(scene.judge().allowed);
  verdict.servers.reset();
  scene.answer = verdict;
  CHECK_FALSE(scene.judge().allowed);
}

TEST_CASE("of an object without a model the pins of the gate's own models count") {
  Scene scene;
  scene.options.pinned_agents = true;
  scene.request.kind = "RemoteMCPServer";
  scene.request.object = {{"apiVersion", "kagent.dev/v1alpha2"},
                          {"kind", "RemoteMCPServer"},
                          {"metadata", {{"name", "shop"}}},
                          {"spec", {{"url", "https://shop.example/mcp"}}}};
  CHECK(says(scene.judge(), "MCP server shop (/spec/url): no pin has its address"));
  scene.options.agent_models = {oci::Reference::parse(kPinned).take()};
  auto verdict = verdict_of(0);
  verdict.servers = std::vector<policy::PinnedServer>{
      {.name = "other", .endpoint = "https://shop.example/mcp", .tools = {}}};
  scene.answer = verdict;
  CHECK(scene.judge().allowed);
  CHECK(scene.announced == std::vector{kPinned});
  scene.answer = verdict_of(10);
  CHECK(scene.judge().code == 403);
  scene.answer = verdict_of(3);
  CHECK(scene.judge().code == 503);
  CHECK_FALSE(scene.judge().allowed);
  // What was there before is not asked about again; a change is.
  scene.answer = verdict_of(10);
  scene.request.operation = "UPDATE";
  scene.request.old_object = scene.request.object;
  CHECK(scene.judge().allowed);
  scene.request.object["spec"]["url"] = "https://shadow.example/mcp";
  CHECK_FALSE(scene.judge().allowed);
}

TEST_CASE("what fails is refused with place, reason and code; what is undecided with 503") {
  Scene scene;
  scene.request.object = pod({}, {kPinned});
  scene.answer = verdict_of(10);
  auto response = scene.judge();
  CHECK_FALSE(response.allowed);
  CHECK(response.code == 403);
  CHECK(response.message == kPinned +
                                " (/spec/volumes/0/image/reference): signature: as the test says "
                                "[no-signature]");
  scene.answer = verdict_of(3);
  response = scene.judge();
  CHECK_FALSE(response.allowed);
  CHECK(response.code == 503);
  scene.answer = Error(ErrorKind::timeout, "too slow");
  response = scene.judge();
  CHECK_FALSE(response.allowed);
  CHECK(response.code == 503);
  CHECK(says(response, "too slow"));
}

TEST_CASE("a verdict without a digest or without a check opens nothing") {
  Scene scene;
  scene.request.object = pod({}, {kPinned});
  scene.answer = verdict_of(0, std::nullopt);
  CHECK_FALSE(scene.judge().allowed);
  scene.answer = policy::Verdict{};
  CHECK_FALSE(scene.judge().allowed);
}

TEST_CASE("a tag is refused unless it is pinned, or tags are allowed by an insecure name") {
  Scene scene;
  scene.request.object = pod({}, {kModel + ":1.0"});
  auto response = scene.judge();
  CHECK_FALSE(response.allowed);
  CHECK(says(response, "[tag-not-pinned]"));
  CHECK(scene.asked.empty());

  scene.options.pin = true;
  response = scene.judge();
  CHECK(response.allowed);
  REQUIRE(response.patches.size() == 1);
  CHECK(response.patches[0].pointer == "/spec/volumes/0/image/reference");
  CHECK(response.patches[0].expected == kModel + ":1.0");
  CHECK(response.patches[0].value == kModel + "@" + kDigest);
  scene.answer = verdict_of(12);
  CHECK(scene.judge().patches.empty());

  scene.options.pin = false;
  scene.options.insecure_allow_tags = true;
  scene.answer = verdict_of(0);
  response = scene.judge();
  CHECK(response.allowed);
  CHECK(response.patches.empty());
}

TEST_CASE("a volume is pinned to the digest alone, everything else keeps its tag") {
  Scene scene;
  scene.options.pin = true;
  const Json csi = {{"driver", "model.csi.modelpack.org"},
                    {"volumeAttributes", {{"model.csi.modelpack.org/reference", kModel + ":1.0"}}}};
  scene.request.object = pod({kModel + ":1.0", kModel}, {kModel + ":1.0", kModel});
  scene.request.object["spec"]["volumes"].push_back({{"name", "v"}, {"csi", csi}});
  scene.request.object["other"] = {
      {"apiVersion", "serving.kserve.io/v1beta1"},
      {"kind", "InferenceService"},
      {"spec", {{"predictor", {{"model", {{"storageUri", "oci://" + kModel + ":1.0"}}}}}}}};
  std::map<std::string, std::string> patches;
  for (const auto& patch : scene.judge().patches) patches[patch.pointer] = patch.value;
  const std::map<std::string, std::string> expected = {
      {"/spec/containers/0/image", kModel + ":1.0@" + kDigest},
      {"/spec/containers/1/image", kModel + "@" + kDigest},
      {"/spec/volumes/0/image/reference", kModel + "@" + kDigest},
      {"/spec/volumes/1/image/reference", kModel + "@" + kDigest},
      {"/spec/volumes/2/csi/volumeAttributes/model.csi.modelpack.org~1reference",
       kModel + ":1.0@" + kDigest},
      {"/other/spec/predictor/model/storageUri", "oci://" + kModel + "@" + kDigest}};
  CHECK(patches == expected);
}

TEST_CASE("of places that no rule is about only the images of containers pass, if they may") {
  Scene scene;
  scene.request.object = pod({"docker.io/library/nginx:1"}, {});
  CHECK(scene.judge().allowed);
  CHECK(scene.asked.empty());
  scene.options.refuse_other_images = true;
  CHECK(says(scene.judge(), "[no-rule]"));
  scene.options.refuse_other_images = false;
  scene.request.object = pod({}, {"docker.io/other/model@" + kDigest});
  CHECK(says(scene.judge(), "[no-rule]"));
  scene.request.object = pod({kPinned}, {});  // a rule is about it
  scene.answer = verdict_of(10);
  CHECK_FALSE(scene.judge().allowed);
}

TEST_CASE("what should be a reference and is none is refused") {
  Scene scene;
  scene.request.object = pod({}, {"not a reference"});
  CHECK_FALSE(scene.judge().allowed);
  CHECK(scene.asked.empty());
}

TEST_CASE("deletions, objects on their way out and exempt namespaces pass, others do not") {
  Scene scene;
  scene.answer = verdict_of(10);
  scene.request.object = pod({}, {kPinned});
  scene.request.operation = "DELETE";
  CHECK(scene.judge().allowed);
  scene.request.operation = "UPDATE";
  CHECK_FALSE(scene.judge().allowed);
  scene.request.object["metadata"]["deletionTimestamp"] = "2026-11-20T00:00:00Z";
  CHECK(scene.judge().allowed);
  scene.request.operation = "CREATE";  // whoever creates can't claim to be leaving
  CHECK_FALSE(scene.judge().allowed);
  scene.request.name_space = "kube-system";
  const auto response = scene.judge();
  CHECK(response.allowed);
  CHECK(response.audit.at("exempt") == "namespace kube-system");
  scene.request.name_space = "kube-systems";
  CHECK_FALSE(scene.judge().allowed);
}

TEST_CASE("of an update only what is new is judged") {
  Scene scene;
  scene.answer = verdict_of(10);
  scene.request.operation = "UPDATE";
  scene.request.object = scene.request.old_object = pod({}, {kPinned});
  CHECK(scene.judge().allowed);
  scene.request.object = pod({}, {kPinned, kModel + "2@" + kDigest});
  const auto response = scene.judge();
  CHECK_FALSE(response.allowed);
  CHECK(scene.asked == std::vector{kModel + "2@" + kDigest});
}

TEST_CASE("what a container may run does not come in as a volume by an update") {
  Scene scene;
  const std::string other = "docker.io/other/model@" + kDigest;
  scene.request.operation = "UPDATE";
  scene.request.old_object = pod({other}, {});
  scene.request.object = pod({other}, {other});
  CHECK(says(scene.judge(), "[no-rule]"));
}

TEST_CASE("an object with more references than anybody needs is refused, however good they are") {
  Scene scene;
  scene.request.object = pod({}, std::vector<std::string>(limits::kReferences, kPinned));
  CHECK(scene.judge().allowed);
  scene.request.object = pod({}, std::vector<std::string>(limits::kReferences + 1, kPinned));
  CHECK(says(scene.judge(), "more than"));
}

TEST_CASE("a dry run warns and allows, and a definite refusal beats an undecided one") {
  Scene scene;
  scene.request.object = pod({}, {kPinned, kModel + ":1"});
  scene.answer = verdict_of(3);
  auto response = scene.judge();
  CHECK(response.code == 403);
  CHECK(says(response, "; "));
  scene.options.warn = true;
  response = scene.judge();
  CHECK(response.allowed);
  CHECK(response.warnings.size() == 2);
  CHECK(response.message.empty());
}

TEST_CASE("annotations make the gate stricter, and one that is not understood refuses") {
  Scene scene;
  scene.options.warn = scene.options.pin = true;
  scene.request.object = pod({"nginx:1"}, {kModel + ":1"});
  CHECK(scene.judge().patches.size() == 1);

  auto& annotations = scene.request.object["metadata"]["annotations"];
  annotations = {{"mpk/require-digest", "true"}};
  CHECK(scene.judge().warnings.size() == 1);
  annotations["mpk/enforce"] = "true";
  const auto refused = scene.judge();
  CHECK_FALSE(refused.allowed);
  CHECK(says(refused, "[tag-not-pinned]"));
  CHECK(refused.patches.empty());

  scene.options.warn = scene.options.pin = false;
  scene.request.object = pod({}, {kPinned});
  scene.request.object["metadata"]["annotations"] = {{"mpk/slsa-level", "2"}};
  CHECK(says(scene.judge(), "[annotation-slsa-level]"));
  scene.answer->provenance_facts["level"] = "SLSA_BUILD_LEVEL_3";
  CHECK(scene.judge().allowed);

  scene.request.object["metadata"]["annotations"] = {{"mpk/slsa", "2"}};
  const auto unknown = scene.judge();
  CHECK_FALSE(unknown.allowed);
  CHECK(unknown.code == 403);
  CHECK(unknown.message ==
        "(/metadata/annotations/mpk~1slsa): annotation mpk/slsa: not known [annotation]");
}

TEST_CASE("of an update with other annotations everything is judged") {
  Scene scene;
  scene.request.operation = "UPDATE";
  scene.request.object = scene.request.old_object = pod({}, {kPinned});
  CHECK(scene.judge().allowed);
  CHECK(scene.asked.empty());
  scene.request.object["metadata"]["annotations"] = {{"mpk/slsa-level", "1"}};
  CHECK_FALSE(scene.judge().allowed);
  CHECK(scene.asked.size() == 1);
  scene.request.old_object = scene.request.object;
  CHECK(scene.judge().allowed);
}
