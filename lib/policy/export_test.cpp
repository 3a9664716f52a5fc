// Exports: every key of the schema has its place, and no gate opens where mpk refuses without
// saying so.
#include "policy/export.hpp"

#include "base/file.hpp"
#include "base/glob.hpp"
#include "json/lookup.hpp"
#include "json/parse.hpp"
#include "json/yaml.hpp"
#include "policy/export_plan.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::policy;

namespace {

constexpr std::array<ExportTarget, 3> kTargets = {
    ExportTarget::kyverno, ExportTarget::policy_controller, ExportTarget::gatekeeper};

Result<Exported> exported(const std::string& text, ExportTarget target) {
  return export_policy(
      text, "testdata/policy/valid/p.yaml",
      {.target = target, .provider_url = "https://mpk.example/gatekeeper", .provider_ca = {}});
}

std::string must(const std::string& text, ExportTarget target) {
  auto out = exported(text, target);
  REQUIRE_MESSAGE(out, (out ? "" : out.error().text()));
  return out->yaml;
}

// The documents of a YAML stream.
std::vector<Json> objects(const std::string& yaml) {
  std::vector<Json> out;
  for (auto at = yaml.find("---\n"); at != std::string::npos;) {
    const auto end = yaml.find("\n---\n", at);
    const auto document = json::parse_yaml(
        yaml.substr(at + 4, end == std::string::npos ? end : end + 1 - at - 4), "export");
    REQUIRE(document);
    out.push_back(*document->value);
    at = end == std::string::npos ? end : end + 1;
  }
  return out;
}

std::string policy_text(const std::string& rest, const std::string& signers = "") {
  const std::string someone =
      "signers: [{issuer: https://accounts.example, identity: a@example.com}]\n";
  return "apiVersion: mpk/v1\nname: Prod 1\n" + (signers.empty() ? someone : signers) + rest;
}

// Paths below "properties" of the schema; lists and references are looked through.
void paths_of(const Json& root, const Json& schema, const std::string& at,
              std::set<std::string>& out, int depth = 0) {
  if (!schema.is_object() || depth > 12) return;
  if (const auto& target = json::text(schema, "$ref"); !target.empty())
    paths_of(root, root.at(Json::json_pointer(target.substr(1))), at, out, depth + 1);
  paths_of(root, json::member(schema, "items"), at, out, depth + 1);
  for (const char* word : {"anyOf", "oneOf", "allOf"}) {
    for (const auto& each : json::items(schema, word)) paths_of(root, each, at, out, depth + 1);
  }
  for (const auto& [key, value] : json::member(schema, "properties").items()) {
    const auto path = at.empty() ? key : std::string(at).append(".").append(key);
    out.insert(path);
    paths_of(root, value, path, out, depth + 1);
  }
}

std::vector<std::string> keys(const std::vector<ExportNote>& notes, ExportNote::Effect effect) {
  std::vector<std::string> out;
  for (const auto& note : notes) {
    if (note.effect == effect) out.push_back(note.key);
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace

TEST_CASE("every key of the policy's schema is carried over or told of") {
  const auto schema =
      json::parse(read_file("schemas/aibom/policy.schema.json", 1U << 20).take()).take();
  std::set<std::string> paths;
  paths_of(schema, schema, "", paths);
  CHECK(paths.size() > 200);
  CHECK(paths.contains("rules.provenance.builders.isSigner"));
  for (const auto& path : paths) {
    CAPTURE(path);
    CHECK(export_knows(path));
  }
  for (const char* path : {"new", "aibom.new", "rules.new", "provenance.builders.new",
                           "signers.new", "content.scan.new", "evidence.new", "vsa.new"}) {
    CAPTURE(path);
    CHECK_FALSE(export_knows(path));
  }
}

TEST_CASE("each valid policy file becomes objects, or is refused with a reason") {
  std::size_t made = 0;
  for (const auto& entry : std::filesystem::directory_iterator("testdata/policy/valid")) {
    const auto name = entry.path().string();
    CAPTURE(name);
    const auto text = read_file(name, 1U << 20).take();
    for (const auto target : kTargets) {
      const auto out = export_policy(
          text, name, {.target = target, .provider_url = "https://x/", .provider_ca = {}});
      if (!out) {
        CHECK(out.error().kind() == ErrorKind::unsupported);
        continue;
      }
      ++made;
      CHECK(out->yaml.starts_with("# "));
      for (const auto& note : out->notes)
        CHECK(out->yaml.find(note.key + ": ") != std::string::npos);
      for (const auto& object : objects(out->yaml)) CHECK(object.contains("spec"));
      if (target == ExportTarget::gatekeeper) CHECK(out->notes.empty());
      CHECK(export_policy(text, name,
                          {.target = target, .provider_url = "https://x/", .provider_ca = {}})
                ->yaml == out->yaml);
    }
  }
  CHECK(made > 30);
}

TEST_CASE("what is lost is told, and what asks for nothing is not") {
  struct Case {
    const char* rest;
    std::vector<std::string> weaker, stricter;
  };
  for (const auto& each : {
           Case{"", {}, {}},
           Case{"signature: {maxAge: 90d}", {"signature.maxAge"}, {}},
           Case{"evidence: {logs: 1}", {}, {}},
           Case{"evidence: {logs: 2, timestamps: 1}", {"evidence.logs", "evidence.timestamps"}, {}},
           Case{"attestations: [{type: vuln}, {type: spdx, maxAge: 1d}]",
                {"attestations.maxAge"},
                {}},
           Case{
               "provenance: {builders: [{id: \"https://b.example\", level: 3}], level: 3}", {}, {}},
           Case{"provenance: {required: false, builders: [{id: \"https://b.example\", isSigner: "
                "true}], "
                "sources: [{uri: \"https://s.example\"}], externalParameters: [{name: a, any: "
                "true}]}",
                {"provenance.builders.isSigner", "provenance.externalParameters",
                 "provenance.required", "provenance.sources"},
                {}},
           Case{"aibom: {required: true}", {"aibom"}, {}},
           Case{"aibom: {profiles: [{name: g7, total: 3}], licenses: {deny: [MIT]}}",
                {"aibom", "aibom.licenses", "aibom.profiles"},
                {}},
           Case{"content: {formats: {deny: [pickle]}, scan: {required: true}}",
                {"content.formats", "content.scan"},
                {}},
           Case{"aibom: {required: true}\nlineage: {depth: 1}", {"aibom", "lineage"}, {}},
           Case{"vsa: {verifiers: [{id: \"https://v.example\"}]}", {}, {"vsa"}},
           Case{"waivers: {signers: [{issuer: https://a.example, identity: b}], codes: "
                "[license-denied]}",
                {},
                {"waivers"}},
           Case{"deny: [{digest: \"sha256:"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "\", reason: x}]",
                {"deny"},
                {}},
       }) {
    CAPTURE(each.rest);
    for (const auto target : {ExportTarget::kyverno, ExportTarget::policy_controller}) {
      const auto out = exported(policy_text(each.rest), target);
      REQUIRE(out);
      CHECK(keys(out->notes, ExportNote::Effect::weaker) == each.weaker);
      CHECK(keys(out->notes, ExportNote::Effect::stricter) == each.stricter);
    }
  }
}

TEST_CASE("who signs is told exactly, patterns as a whole") {
  const auto text =
      policy_text("",
                  "signers:\n  - {issuer: https://a.example, identity: a.b@example.com}\n"
                  "  - {issuerPattern: \"https://.*|x\", identityPattern: \"ci|cd\"}\n");
  const auto kyverno = objects(must(text, ExportTarget::kyverno));
  REQUIRE(kyverno.size() == 1);
  const auto& attestors = kyverno[0]["spec"]["attestors"];
  CHECK(attestors[0]["cosign"]["keyless"]["identities"][0] ==
        Json{{"issuer", "https://a.example"}, {"subject", "a.b@example.com"}});
  const Json patterns = {{"issuerRegExp", "^(?:https://.*|x)$"}, {"subjectRegExp", "^(?:ci|cd)$"}};
  CHECK(attestors[1]["cosign"]["keyless"]["identities"][0] == patterns);
  const auto sigstore = objects(must(text, ExportTarget::policy_controller));
  REQUIRE(sigstore.size() == 1);
  CHECK(sigstore[0]["spec"]["authorities"][1]["keyless"]["identities"][0] == patterns);
  CHECK(sigstore[0]["spec"]["authorities"][0]["attestations"][0]["predicateType"] ==
        "https://sigstore.dev/cosign/sign/v1");
}

TEST_CASE("an export never opens what it can't ask for") {
  const std::string claimed =
      "signers: [{issuer: https://a.example, identity: b, claims: {sourceRepositoryURI: "
      "\"https://x.example\"}}]\n";
  struct Case {
    std::string text;
    const char* why;
  };
  for (const auto& each :
       {Case{policy_text("", claimed), "too few of the signers for signature"},
        Case{policy_text(
                 "threshold: 2\n",
                 "signers: [{issuer: https://a.example, identity: c}, {issuer: https://a.example, "
                 "identity: b, claims: {sourceRepositoryURI: \"https://x.example\"}}]\n"),
             "too few of the signers for signature"},
        Case{policy_text("vsa: {required: true, verifiers: [{id: \"https://v.example\"}, {id: "
                         "\"https://w.example\"}]}\n"),
             "summaries of several verifiers"},
        Case{policy_text(
                 "signature: {required: false}\nvsa: {verifiers: [{id: \"https://v.example\"}]}\n"),
             "nothing that this rule asks for"}}) {
    CAPTURE(each.text);
    const auto kyverno = exported(each.text, ExportTarget::kyverno);
    REQUIRE(kyverno);
    CHECK(kyverno->notes.back().key == "rules[0]");
    CHECK(kyverno->notes.back().text.find(each.why) != std::string::npos);
    const auto object = objects(kyverno->yaml).at(0);
    CHECK(object["spec"]["validations"][0]["expression"].get<std::string>().ends_with(
        ".all(i, false)"));
    const auto sigstore = objects(must(each.text, ExportTarget::policy_controller));
    REQUIRE(sigstore.size() == 1);
    CHECK(sigstore[0]["spec"]["authorities"][0]["static"]["action"] == "fail");
  }
}

TEST_CASE("a threshold is counted") {
  const auto text = policy_text("threshold: 2\n",
                                "signers: [{issuer: https://a.example, identity: a}, {issuer: "
                                "https://a.example, identity: b}]\n");
  const auto kyverno = must(text, ExportTarget::kyverno);
  CHECK(kyverno.find("[attestors.signer1, attestors.signer2]) >= 2") != std::string::npos);
  CHECK(must(text, ExportTarget::policy_controller).find("count(input.authorityMatches) >= 2") !=
        std::string::npos);
  CHECK(must(policy_text(""), ExportTarget::policy_controller).find("authorityMatches") ==
        std::string::npos);
}

TEST_CASE("a builder of a level too low is left out, and a summary must have passed") {
  const auto builders = must(
      policy_text(
          "provenance: {level: 3, builders: [{id: \"https://low.example\", level: 2}, {idPattern: "
          "\"https://high.*\", level: 3}]}\n"),
      ExportTarget::kyverno);
  CHECK(builders.find("low.example") == std::string::npos);
  CHECK(builders.find("runDetails.builder.id.matches(\\\"^(?:https://high.*)$\\\")") !=
        std::string::npos);
  const auto summary =
      must(policy_text("vsa: {required: true, verifiers: [{id: \"https://v.example\"}]}\n"),
           ExportTarget::policy_controller);
  CHECK(summary.find("regex.match(pattern2, input.predicate.verificationResult)") !=
        std::string::npos);
  CHECK(summary.find("cosign/sign") == std::string::npos);
}

TEST_CASE("globs match as mpk's do") {
  const std::vector<std::string> names = {
      "ghcr.io/acme/a",     "ghcr.io/acme/a/b", "ghcr.io/acme-x/a",        "ghcr.io/acme/ab/c/d",
      "ghcrxio/acme/a",     "ghcr.io/b",        "docker.io/library/nginx", "docker.io/x/y",
      "localhost:5000/a/b", "h.example/a+b"};
  for (const char* glob :
       {"**", "ghcr.io/**", "ghcr.io/acme/*", "ghcr.io/acme/**", "ghcr.io/**/b", "**/a",
        "ghcr.io/acme/?", "ghcr.io/acme/a*", "ghcr.io/a**/a", "docker.io/library/*", "docker.io/**",
        "localhost:5000/**", "*/acme/a", "ghcr.io/**/a/**", "h.example/a+b"}) {
    const auto regex = Regex::compile(glob_regex(glob)).take();
    for (const auto& name : names) {
      CAPTURE(glob);
      CAPTURE(name);
      CHECK(regex.full_match(name) == glob_match(glob, name));
    }
  }
  CHECK(Regex::compile(glob_regex("docker.io/library/*"))
            .take()
            .full_match("index.docker.io/library/nginx"));
  for (const char* glob : {"ghcr.io/acme/[ab]", "ghcr.io/acme/\\\\*"}) {
    const auto out =
        exported(policy_text("match: [\"" + std::string(glob) + "\"]\n"), ExportTarget::kyverno);
    REQUIRE_FALSE(out);
    CHECK(out.error().kind() == ErrorKind::unsupported);
  }
}

TEST_CASE("policy-controller's globs take no image less") {
  const auto spec = [](const std::string& glob) {
    const auto list =
        objects(must(policy_text("match: [\"" + glob + "\"]\n"), ExportTarget::policy_controller));
    std::set<std::string> out;
    for (const auto& each : list.at(0)["spec"]["images"])
      out.insert(each["glob"].get<std::string>());
    return out;
  };
  using Globs = std::set<std::string>;
  CHECK(spec("ghcr.io/acme/*") == Globs{"ghcr.io/acme/*:**", "ghcr.io/acme/*@**"});
  CHECK(spec("ghcr.io/acme/**") == Globs{"ghcr.io/acme/**"});
  CHECK(spec("docker.io/library/x?") ==
        Globs{"index.docker.io/library/x*:**", "index.docker.io/library/x*@**"});
  CHECK(spec("ghcr.io/**/b") ==
        Globs{"ghcr.io/**/b:**", "ghcr.io/**/b@**", "ghcr.io/b:**", "ghcr.io/b@**"});
}

TEST_CASE("names that Kubernetes takes are made, and a name of nothing is refused") {
  CHECK(objects(must(policy_text(""), ExportTarget::kyverno)).at(0)["metadata"]["name"] ==
        "mpk-prod-1");
  const auto out =
      exported("apiVersion: mpk/v1\nname: \"\xc3\xa9\"\nsigners: [{issuer: a, identity: b}]\n",
               ExportTarget::kyverno);
  REQUIRE_FALSE(out);
  CHECK(out.error().text().find("no object of Kubernetes") != std::string::npos);
}

TEST_CASE("texts of the policy do not leave their comments and strings") {
  const auto yaml = must(
      "apiVersion: mpk/v1\nname: \"a\\n---\\nkind: Evil\"\nsigners: [{issuer: \"x\\\") || true\", "
      "identity: \"y\\n# z\"}]\nprovenance: {builders: [{idPattern: "
      "'https://b.example/\"||true'}]}\n",
      ExportTarget::kyverno);
  const auto list = objects(yaml);
  REQUIRE(list.size() == 1);
  const auto expression = list[0]["spec"]["validations"][0]["expression"].get<std::string>();
  CHECK(expression.find(R"(.matches("^(?:https://b.example/\"||true)$"))") != std::string::npos);
}
