// Tags of registries: which are found, which are not looked at, and what is said of each.
#include "admit/registry_scan.hpp"

#include "admit/test_judge.hpp"
#include "flow/test_context.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <ostream>

using namespace mpk;
using namespace mpk::admit;
using mpk::testing::FakeTransport;

namespace {

const std::string kHex(64, 'a');

http::Response answer(int status, std::string body = {}) {
  http::Response out;
  out.status = status;
  out.body = std::move(body);
  return out;
}

// models/a, models/b and tools/c; of models/b nobody may know the tags, models/empty has none left.
Result<http::Response> registry(const http::Request& request, const std::string&) {
  const std::map<std::string, http::Response> paths = {
      {"/v2/_catalog",
       answer(200, R"({"repositories":["models/a","models/b","models/empty","tools/c"]})")},
      {"/v2/models/a/tags/list",
       answer(200, R"({"tags":["1","2","sha256-)" + kHex + R"(.sig",)" + R"("sha256-)" + kHex +
                       R"(","sha256-)" + kHex + R"(.mine"]})")},
      {"/v2/models/b/tags/list", answer(403)},
      {"/v2/models/empty/tags/list", answer(404)},
  };
  const auto found = paths.find(request.url.path);
  return found == paths.end() ? answer(500) : found->second;
}

policy::PolicyFile policy_of(const std::string& match) {
  auto read = policy::parse_policy("apiVersion: mpk/v1\nmatch: [" + match +
                                       "]\nsigners: [{identity: ci, issuer: https://i.example}]\n",
                                   "p.yaml");
  REQUIRE_MESSAGE(read, read.error().text());
  return read.take();
}

struct Scene {
  Result<Tagged> find(const std::string& where) {
    return find_tagged(bench.context, where, policy);
  }
  std::vector<std::string> texts(const std::string& where) {
    std::vector<std::string> out;
    auto found = find(where);
    REQUIRE_MESSAGE(found, found.error().text());
    for (const auto& each : found->references) out.push_back(each.text());
    for (const auto& each : found->others)
      out.push_back(std::string(to_string(each.outcome)) + " " + each.name);
    return out;
  }
  policy::PolicyFile policy = policy_of("reg.example/models/*");
  flow::test::TestContext bench{std::make_unique<FakeTransport>(registry),
                                Timestamp::from_seconds(1)};
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("of a registry the tags of all repositories are found that a rule is about") {
  Scene scene;
  const Texts all = {"reg.example/models/a:1", "reg.example/models/a:2",
                     "reg.example/models/a:sha256-" + kHex + ".mine",
                     "undecided reg.example/models/b", "none reg.example/tools/c"};
  CHECK(scene.texts("reg.example") == all);
  CHECK(scene.texts("reg.example/**") == all);
  CHECK(scene.texts("reg.example/models/*") == Texts(all.begin(), all.begin() + 4));
  CHECK(scene.texts("reg.example/models/a") == Texts(all.begin(), all.begin() + 3));
  CHECK(scene.texts("reg.example/tools/c") == Texts{"none reg.example/tools/c"});
  CHECK(scene.texts("reg.example/other/*").empty());
}

TEST_CASE("a repository that tells nothing leaves the scan undecided, with its reason") {
  Scene scene;
  const auto found = scene.find("reg.example/models/b");
  REQUIRE(found);
  REQUIRE(found->others.size() == 1);
  CHECK(found->others[0].kind == "Repository");
  CHECK(found->others[0].message.find("403") != std::string::npos);
  CHECK(Scan{found->others}.exit_code() == 3);
}

TEST_CASE("what is no place, and a registry that lists nothing, are errors") {
  Scene scene;
  for (const auto* where :
       {"", "/", "*", "*/models", "reg.example/Models", "reg.example/models/a:1", "models/*",
        "oci:models", "oci:models/*", "https://reg.example", "https://reg.example/*",
        "reg.example/models/["}) {
    CAPTURE(where);
    const auto found = scene.find(where);
    REQUIRE_FALSE(found);
    CHECK(found.error().kind() == ErrorKind::usage);
  }
  flow::test::TestContext silent(
      std::make_unique<FakeTransport>([](const http::Request&, const std::string&)
                                          -> Result<http::Response> { return answer(404); }),
      Timestamp::from_seconds(1));
  CHECK(find_tagged(silent.context, "reg.example", scene.policy).error().kind() ==
        ErrorKind::unsupported);
}

TEST_CASE("each tag is judged as what it names") {
  const auto digest = Digest::parse("sha256:" + kHex).take();
  auto rules = std::make_shared<Rules>(Rules{
      .request = {.trusted_root = {{}, {}, {}, {}, {}, digest}},
      .gate = {.table = std::make_shared<const ReferenceTable>(ReferenceTable::make({}).take())}});
  rules->request.policies =
      std::make_shared<const policy::PolicyFile>(policy_of("reg.example/models/*"));
  test::NameJudge::Log log;
  Verdicts verdicts({.workers = 2}, [&] { return std::make_unique<test::NameJudge>(log); });
  std::vector<oci::Reference> references;
  for (const auto* text :
       {"reg.example/models/good:1", "reg.example/models/bad:1", "reg.example/models/down:1"})
    references.push_back(oci::Reference::parse(text).take());
  auto judged = scan_references(references, rules, verdicts, {});
  REQUIRE(judged);
  const auto& [good, bad, down] = std::tie((*judged)[0], (*judged)[1], (*judged)[2]);
  CHECK(good.outcome == ScannedObject::Outcome::allowed);
  CHECK(good.findings[0].digest == Digest::parse("sha256:" + std::string(64, 'f')).take());
  CHECK(bad.outcome == ScannedObject::Outcome::refused);
  CHECK(bad.findings[0].code == "no-signature");
  CHECK(bad.name == "reg.example/models/bad:1");
  CHECK(down.outcome == ScannedObject::Outcome::undecided);

  const Scan scan{judged.take()};
  const auto reports = openreports(scan, *rules->request.policies, Timestamp::from_seconds(1));
  REQUIRE(reports["items"].size() == 1);
  CHECK(reports["items"][0]["kind"] == "ClusterReport");
  for (const auto& result : reports["items"][0]["results"])
    CHECK_FALSE(result.contains("resources"));

  const CancelToken cancelled;
  cancelled.cancel();
  CHECK(scan_references(references, rules, verdicts, cancelled).error().kind() ==
        ErrorKind::cancelled);
}
