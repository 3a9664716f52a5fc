// The scan: what is an object of a dump, what the gate says of each, and the two documents of it.
#include "admit/scan.hpp"

#include "admit/limits.hpp"
#include "admit/test_judge.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <ostream>

using namespace mpk;
using namespace mpk::admit;
using test::NameJudge;

namespace {

const std::string kRepository = "ghcr.io/acme/";

std::string digest(char c) { return "sha256:" + std::string(64, c); }
std::string model(const std::string& name, char c = 'a') {
  return kRepository + name + "@" + digest(c);
}

struct Scene {
  Scene() {
    auto read = policy::parse_policy(
        "apiVersion: mpk/v1\nname: prod\nmatch: [ghcr.io/acme/*]\n"
        "signers: [{identity: ci, issuer: https://i.example}]\n",
        "p.yaml");
    REQUIRE_MESSAGE(read, read.error().text());
    rules.request.policies = std::make_shared<const policy::PolicyFile>(read.take());
  }
  const policy::PolicyFile& policy() const { return *rules.request.policies; }
  Scan scan(const std::vector<Json>& objects) {
    Verdicts verdicts({.workers = 4}, [this] { return std::make_unique<NameJudge>(log); });
    auto out = scan_objects(objects, std::make_shared<const Rules>(rules), verdicts, {});
    REQUIRE_MESSAGE(out, out.error().text());
    return out.take();
  }

  Rules rules{
      .request = {.trusted_root = {{}, {}, {}, {}, {}, Digest::parse(digest('0')).take()}},
      .gate = {.table = std::make_shared<const ReferenceTable>(ReferenceTable::make({}).take())}};
  NameJudge::Log log;
};

Json pod(const std::string& name_space, const std::string& name,
         const std::vector<std::string>& volumes) {
  Json out = {{"apiVersion", "v1"},
              {"kind", "Pod"},
              {"metadata", {{"name", name}, {"uid", "u-" + name}}},
              {"spec", {{"containers", {{{"image", "nginx:1"}}}}, {"volumes", Json::array()}}}};
  if (!name_space.empty()) out["metadata"]["namespace"] = name_space;
  for (const auto& volume : volumes)
    out["spec"]["volumes"].push_back({{"image", {{"reference", volume}}}});
  return out;
}

std::vector<std::string> names(const std::vector<Json>& objects) {
  std::vector<std::string> out;
  for (const auto& object : objects) {
    out.push_back(object.at("apiVersion").get<std::string>() + " " +
                  object.at("kind").get<std::string>() + " " +
                  object.at("metadata").at("name").get<std::string>());
  }
  return out;
}

std::string object_text(const std::string& name) {
  return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"("}})";
}

Json wide() {
  Json out = pod("n", "wide", {});
  for (int i = 0; i < 7; ++i) out["spec"]["volumes"].push_back({{"image", {{"reference", "x"}}}});
  return out;
}

}  // namespace

TEST_CASE("a dump is one object, a list, or documents, in JSON and YAML") {
  const auto a = object_text("a");
  const auto b = object_text("b");
  const std::string list = R"({"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":""},)";
  const struct {
    std::string text;
    std::vector<std::string> names;
  } table[] = {
      {a, {"v1 Pod a"}},
      {" \n" + a + "\n", {"v1 Pod a"}},
      {list + "\"items\":[" + a + "," + b + "]}", {"v1 Pod a", "v1 Pod b"}},
      {list + "\"items\":[]}", {}},
      {list + "\"items\":null}", {}},
      {list + "\"items\":[" + list + "\"items\":[" + a + "]}," + b + "]}",
       {"v1 Pod a", "v1 Pod b"}},
      {R"({"apiVersion":"apps/v1","kind":"DeploymentList","items":[{"metadata":{"name":"a"}}]})",
       {"apps/v1 Deployment a"}},
      {R"({"apiVersion":"v1","kind":"PodList","metadata":{"continue":""},"items":[)" + a + "]}",
       {"v1 Pod a"}},
      // One that is stored has a name.
      {R"({"apiVersion":"x/v1","kind":"AllowList","metadata":{"name":"a"},"items":[1]})",
       {"x/v1 AllowList a"}},
      {R"({"apiVersion":"x/v1","kind":"AllowList","metadata":{"name":"a"}})", {"x/v1 AllowList a"}},
      {"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n", {"v1 Pod a"}},
      {"apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a\nkind: "
       "List\nmetadata:\n  resourceVersion: \"\"\n",
       {"v1 Pod a"}},
      {"---\n# none\n---\n" + a + "\n---\n" + b + "\n...\n", {"v1 Pod a", "v1 Pod b"}},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto objects = objects_of(row.text, "dump");
    REQUIRE_MESSAGE(objects, objects.error().text());
    CHECK(names(*objects) == row.names);
  }
}

TEST_CASE("what is no dump is refused, with its place") {
  const auto list = [](const std::string& items) {
    return R"({"apiVersion":"v1","kind":"List","items":[)" + items + "]}";
  };
  const struct {
    std::string text, message;
  } table[] = {
      {"", "dump: no document in it"},
      {"---\n---\n# nothing\n", "dump: no document in it"},
      {"null", "dump: no document in it"},
      {"No resources found\n", "dump:1:1: document 1: $: no object of Kubernetes"},
      {"[]", "dump:1:1: document 1: $: no object of Kubernetes"},
      {"{}", "dump: $: apiVersion is missing"},
      {R"({"apiVersion":1,"kind":"Pod"})", "dump: $: apiVersion is missing"},
      {R"({"apiVersion":"v1","kind":["Pod"]})", "dump: $: kind is missing"},
      {"apiVersion: v1\nkind: Pod\n---\nkind: Pod\n",
       "dump:4:1: document 2: $: apiVersion is missing"},
      {"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n- 7\n",
       "dump:6:3: document 1: $.items[1]: no object of Kubernetes"},
      {list(object_text("a") + ",null"), "dump: $.items[1]: no object of Kubernetes"},
      {list(R"({"metadata":{"name":"a"}})"), "dump: $.items[0]: apiVersion is missing"},
      {list(list("{}")), "dump: $.items[0].items[0]: apiVersion is missing"},
      {R"({"apiVersion":"v1","kind":"PodList","metadata":{"continue":"x"},"items":[]})",
       "dump: $: the list goes on elsewhere (metadata.continue)"},
      {R"({"apiVersion":"v1",)", "dump: "},
      {R"({"apiVersion":"v1","apiVersion":"v1"})", "dump: "},
      {object_text("a") + object_text("b"), "dump: "},
      {"a: 1\na: 2\n", "dump:2:1: duplicate key \"a\""},
      {"a: [1\n", "dump:2:1: "},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto objects = objects_of(row.text, "dump");
    REQUIRE(!objects);
    CHECK(objects.error().kind() == ErrorKind::malformed);
    CHECK_MESSAGE(objects.error().text().starts_with(row.message), objects.error().text());
  }
}

TEST_CASE("a dump has a cap on its bytes and on its values, in both forms") {
  const std::string head = R"({"apiVersion":"v1","kind":"Pod","x":")";
  for (const std::string start : {"", "# YAML\n"}) {
    const auto fill = admit::limits::kDumpBytes - start.size() - head.size() - 2;
    CHECK(objects_of(start + head + std::string(fill, 'x') + "\"}", "d"));
    const auto over = objects_of(start + head + std::string(fill + 1, 'x') + "\"}", "d");
    REQUIRE(!over);
    CHECK(over.error().kind() == ErrorKind::too_large);
    std::string many = start + R"({"apiVersion":"v1","kind":"Pod","x":[0)";
    for (std::size_t i = 0; i < admit::limits::kDumpValues; ++i) many += ",0";
    const auto values = objects_of(many + "]}", "d");
    REQUIRE(!values);
    CHECK(values.error().kind() == ErrorKind::too_large);
  }
}

TEST_CASE("each object is judged as if it were created now") {
  Scene scene;
  const auto good = model("good");
  const auto scan = scene.scan({pod("a", "allowed", {good, model("good", 'b')}),
                                pod("a", "refused", {good, model("bare")}),
                                pod("a", "undecided", {good, model("down")}),
                                pod("a", "both", {model("down"), model("bare")}),
                                pod("a", "tag", {kRepository + "good:1"}),
                                pod("a", "other", {"docker.io/library/x@" + digest('a')}),
                                pod("a", "quiet", {}),
                                pod("kube-system", "exempt", {model("bare")}),
                                {{"apiVersion", "v1"},
                                 {"kind", "Secret"},
                                 {"metadata", {{"name", "s"}, {"namespace", "kube-system"}}}}});
  using enum ScannedObject::Outcome;
  const std::vector<ScannedObject::Outcome> expected = {
      allowed, refused, undecided, refused, refused, refused, none, exempt, none};
  REQUIRE(scan.objects.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(scan.objects[i].name);
    CHECK(to_string(scan.objects[i].outcome) == to_string(expected[i]));
  }
  const auto& one = scan.objects[1];
  CHECK(one.name == "refused");
  CHECK(one.name_space == "a");
  CHECK(one.uid == "u-refused");
  REQUIRE(one.findings.size() == 2);
  CHECK(one.findings[0].status == 0);
  CHECK(one.findings[0].digest->text() == digest('a'));
  CHECK(one.findings[1].status == 403);
  CHECK(one.findings[1].kind == "image_volume");
  CHECK(one.findings[1].pointer == "/spec/volumes/1/image/reference");
  CHECK(one.findings[1].code == "no-signature");
  CHECK(one.message == model("bare") +
                           " (/spec/volumes/1/image/reference): signature: as the test says "
                           "[no-signature]");
  CHECK(scan.objects[2].findings[1].status == 503);
  CHECK(scan.objects[4].findings[0].code == "tag-not-pinned");
  CHECK(scan.objects[5].findings[0].code == "no-rule");
  CHECK(scan.objects[7].message == "namespace kube-system is exempt");
  CHECK(scan.exit_code() == 1);
}

TEST_CASE("a tag counts when it may, and other images when they must") {
  Scene scene;
  scene.rules.gate.insecure_allow_tags = true;
  const std::vector<Json> objects = {pod("a", "tag", {kRepository + "good:1"})};
  CHECK(scene.scan(objects).exit_code() == 0);
  scene.rules.gate.refuse_other_images = true;
  const auto strict = scene.scan(objects);
  CHECK(strict.exit_code() == 1);
  CHECK(strict.objects[0].findings[0].kind == "container");
}

TEST_CASE("each reference is verified once, also one that could not be decided") {
  Scene scene;
  std::vector<Json> objects;
  for (int i = 0; i < 100; ++i) {
    const auto name = std::to_string(i);
    objects.push_back(pod("n" + name, name,
                          {model("good"), kRepository + "good:" + name + "@" + digest('a'),
                           model("bare"), model("down")}));
  }
  const auto scan = scene.scan(objects);
  CHECK(scene.log.asked ==
        std::map<std::string, int>{{model("good"), 1}, {model("bare"), 1}, {model("down"), 1}});
  for (std::size_t i = 0; i < objects.size(); ++i) CHECK(scan.objects[i].name == std::to_string(i));
}

TEST_CASE("the exit code: a refusal wins over what could not be decided, and that over the rest") {
  Scene scene;
  const auto good = pod("a", "g", {model("good")});
  const auto bare = pod("a", "b", {model("bare")});
  const auto down = pod("a", "d", {model("down")});
  CHECK(scene.scan({}).exit_code() == 0);
  CHECK(scene.scan({good}).exit_code() == 0);
  CHECK(scene.scan({good, down}).exit_code() == 3);
  CHECK(scene.scan({down, bare, good}).exit_code() == 1);
}

TEST_CASE("a scan that is interrupted has no result") {
  Scene scene;
  Verdicts verdicts({.workers = 1}, [&] { return std::make_unique<NameJudge>(scene.log); });
  const CancelToken cancel;
  cancel.cancel();
  const auto scan = scan_objects({pod("a", "g", {})}, std::make_shared<const Rules>(scene.rules),
                                 verdicts, cancel);
  REQUIRE(!scan);
  CHECK(scan.error().kind() == ErrorKind::cancelled);
}

TEST_CASE("any JSON value stands anywhere in an object without a crash") {
  Scene scene;
  const std::vector<Json> values = {
      nullptr, true, 7, 1.5, "x", Json::array(), Json::object(), {{"name", 1}}, Json::array({1})};
  std::vector<Json> objects;
  for (const auto& value : values) {
    for (const char* key : {"metadata", "spec"}) {
      auto object = pod("a", "p", {model("bare")});
      object[key] = value;
      objects.push_back(object);
    }
    for (const char* key : {"name", "namespace", "uid"}) {
      auto object = pod("a", "p", {model("bare")});
      object["metadata"][key] = value;
      objects.push_back(object);
      const Json list = {
          {"apiVersion", "v1"}, {"kind", "List"}, {"items", value}, {"metadata", {{key, value}}}};
      CHECK_NOTHROW((void)objects_of(json::compact(list), "d"));
    }
  }
  const auto scan = scene.scan(objects);
  CHECK(scan.count(ScannedObject::Outcome::refused) > 0);
  CHECK_NOTHROW(json::compact(to_json(scan, scene.policy())));
  CHECK_NOTHROW(json::compact(openreports(scan, scene.policy(), {})));
}

TEST_CASE("the JSON has each object that names something, and counts all") {
  Scene scene;
  const auto scan = scene.scan({pod("a", "refused", {model("bare")}), pod("a", "quiet", {}),
                                pod("a", "tag", {kRepository + "x:1"}), wide()});
  const auto document = to_json(scan, scene.policy());
  CHECK(document["kind"] == "AdmitScan");
  CHECK(document["version"] == 1);
  CHECK(document["policy"] == scene.policy().digest.text());
  CHECK(document["summary"] == json::parse(R"({"objects":4,"allowed":0,"refused":3,"undecided":0,
                                               "exempt":0,"none":1})")
                                   .take());
  REQUIRE(document["objects"].size() == 3);
  const Json reference = {{"kind", "image_volume"},
                          {"pointer", "/spec/volumes/0/image/reference"},
                          {"reference", model("bare")},
                          {"outcome", "refused"},
                          {"digest", digest('a')},
                          {"code", "no-signature"},
                          {"message", "signature: as the test says [no-signature]"}};
  const Json expected = {{"apiVersion", "v1"},        {"kind", "Pod"},
                         {"namespace", "a"},          {"name", "refused"},
                         {"uid", "u-refused"},        {"outcome", "refused"},
                         {"references", {reference}}, {"message", scan.objects[0].message}};
  CHECK(document["objects"][0] == expected);
  CHECK(document["objects"][1]["references"][0]["digest"] == "");
  // The message names five; all are in the list.
  CHECK(document["objects"][2]["references"].size() == 7);
}

TEST_CASE("openreports are one for each namespace, and one for what is in none") {
  Scene scene;
  const auto scan =
      scene.scan({pod("b", "p", {model("good"), model("bare")}), pod("a", "q", {model("down")}),
                  pod("a", "quiet", {}), pod("c", "quiet", {}), pod("", "r", {model("good")}),
                  pod("kube-system", "s", {model("bare")})});
  const auto list = openreports(scan, scene.policy(), Timestamp::from_milliseconds(1'500));
  CHECK(list["apiVersion"] == "v1");
  CHECK(list["kind"] == "List");
  std::string seen;
  for (const auto& report : list["items"]) {
    CHECK(report["apiVersion"] == "openreports.io/v1alpha1");
    CHECK(report["source"] == "mpk");
    CHECK(report["metadata"]["name"] == "mpk-scan");
    const auto& metadata = report["metadata"];
    const bool cluster = !metadata.contains("namespace");
    CHECK(report["kind"] == (cluster ? "ClusterReport" : "Report"));
    seen += (cluster ? "-" : metadata["namespace"].get<std::string>()) + ":";
    for (const auto& result : report["results"]) seen += " " + result["result"].get<std::string>();
    seen += "\n";
  }
  CHECK(seen == "-: pass\na: error\nb: pass fail\nkube-system: skip\n");
  const auto& bad = list["items"][2]["results"][1];
  const Json expected = {{"source", "mpk"},
                         {"policy", "prod"},
                         {"rule", "reference"},
                         {"category", "admission"},
                         {"severity", "high"},
                         {"timestamp", {{"seconds", 1}, {"nanos", 500'000'000}}},
                         {"result", "fail"},
                         {"scored", true},
                         {"message", "signature: as the test says [no-signature]"},
                         {"resources",
                          {{{"apiVersion", "v1"},
                            {"kind", "Pod"},
                            {"namespace", "b"},
                            {"name", "p"},
                            {"uid", "u-p"}}}},
                         {"properties",
                          {{"reference", model("bare")},
                           {"kind", "image_volume"},
                           {"pointer", "/spec/volumes/1/image/reference"},
                           {"digest", digest('a')},
                           {"code", "no-signature"},
                           {"policyDigest", scene.policy().digest.text()}}}};
  CHECK(bad == expected);
  CHECK(list["items"][2]["summary"] ==
        Json{{"pass", 1}, {"fail", 1}, {"warn", 0}, {"error", 0}, {"skip", 0}});
  CHECK(openreports(scene.scan({}), scene.policy(), {})["items"] == Json::array());
}

TEST_CASE("a namespace with many results has several reports, each of a size that kubectl takes") {
  Scene scene;
  std::vector<Json> objects;
  for (int i = 0; i < 1'000; ++i)
    objects.push_back(pod("a", "p" + std::to_string(i), {model("bare")}));
  const auto list = openreports(scene.scan(objects), scene.policy(), {});
  REQUIRE(list["items"].size() > 1);
  std::size_t results = 0;
  for (std::size_t i = 0; i < list["items"].size(); ++i) {
    const auto& report = list["items"][i];
    CHECK(report["metadata"]["name"] ==
          (i == 0 ? "mpk-scan" : "mpk-scan-" + std::to_string(i + 1)));
    CHECK(json::compact(report).size() < (200U << 10));
    CHECK(report["summary"]["fail"] == report["results"].size());
    results += report["results"].size();
  }
  CHECK(results == objects.size());
}

TEST_CASE("texts of a dump are shown without control characters") {
  Scene scene;
  auto object = pod("a\x1b[2J", "p\nq", {"x\x1b[31m/y"});
  object["kind"] =
      "Po\x07"
      "d";
  const auto scan = scene.scan({object});
  for (const auto& text : {json::compact(to_json(scan, scene.policy())),
                           json::compact(openreports(scan, scene.policy(), {}))}) {
    CHECK(text.find("\\u001b") == std::string::npos);
    CHECK(text.find("\\u0007") == std::string::npos);
    CHECK(text.find("\\n") == text.find("\\\\n") + 1);
  }
}
