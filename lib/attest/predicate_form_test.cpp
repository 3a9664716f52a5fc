// Predicate forms: an example of each type passes, and each of its demands refuses its breach.
#include "attest/predicate_form.hpp"

#include "attest/predicate_type.hpp"
#include "attest/slsa_provenance.hpp"
#include "attest/vsa.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::attest;

namespace {

struct Example {
  const char* name;
  std::string_view type;
  const char* text;
};

const Example kExamples[] = {
    {"provenance", kSlsaProvenance, R"({
      "buildDefinition": {
        "buildType": "https://acme.example/train/v1",
        "externalParameters": {"recipe": "run.yaml"},
        "internalParameters": {"pool": "gpu"},
        "resolvedDependencies": [{"uri": "git+https://git.example/train@refs/heads/main",
          "digest": {"gitCommit": "1f28c0d6a9c4b5e2f37881b09c6d5e4a3b2c1d0e"},
          "annotations": {"role": "source"}}]},
      "runDetails": {
        "builder": {"id": "https://ci.example/builder", "version": {"mpk": "0.1.0"},
          "builderDependencies": [{"uri": "https://ci.example/image"}]},
        "metadata": {"invocationId": "7", "startedOn": "2026-03-14T07:00:00Z",
          "finishedOn": "2026-03-14T19:30:00.5Z"},
        "byproducts": [{"name": "train.log", "digest": {"sha256": "c0ffee"}}]}})"},
    {"vsa", kVsa, R"({
      "verifier": {"id": "https://acme.example/gate"}, "timeVerified": "2026-03-04T05:06:07Z",
      "resourceUri": "oci://registry.example/acme/tiny", "policy": {"uri": "https://acme.example/p"},
      "inputAttestations": [{"digest": {"gitBlob": "00"}}],
      "verificationResult": "PASSED", "verifiedLevels": ["SLSA_BUILD_LEVEL_2"]})"},
    {"svr", kSvr, R"({
      "verifier": {"id": "https://acme.example/gate", "policies": [{"uri": "https://acme.example/p",
        "digest": {"sha256": "c0ffee"}}]},
      "timeCreated": "2026-03-04T05:06:07Z", "properties": ["ACME_AIBOM_COMPLETE"]})"},
    {"test-result", kTestResult, R"({
      "result": "PASSED", "configuration": [{"name": "eval.yaml", "digest": {"gitBlob": "00"}}],
      "url": "https://ci.example/runs/7", "passedTests": ["mmlu"], "warnedTests": [],
      "failedTests": []})"},
    {"scai", kScai, R"({
      "attributes": [{"attribute": "NO_PICKLE", "target": {"name": "w", "digest": {"sha256": "aa"}},
        "conditions": {"scanner": "mpk"}, "evidence": {"uri": "https://acme.example/scan.json"}}],
      "producer": {"uri": "https://ci.example/gpu-7"}})"},
    {"vulns", kVulns, R"({
      "scanner": {"uri": "pkg:github/acme/scanner@1", "version": "1.2",
        "db": {"uri": "https://db.example", "version": "7", "lastUpdate": "2026-03-01T00:00:00Z"},
        "result": [{"id": "CVE-2026-1", "severity": [{"method": "nvd", "score": "medium"}]}]},
      "metadata": {"scanStartedOn": "2026-03-04T05:06:07Z",
        "scanFinishedOn": "2026-03-04T05:07:07Z"}})"},
    {"reference", kReference, R"({
      "attester": {"id": "https://acme.example/ship"},
      "references": [{"downloadLocation": "https://acme.example/bom.json",
        "digest": {"sha256": "c0ffee"}, "mediaType": "application/vnd.cyclonedx+json"}]})"},
    {"cosign", kCosignCustom, R"({"Data": "free text\n", "Timestamp": "2026-03-04T05:06:07Z"})"},
    {"vuln", kCosignVuln, R"({
      "invocation": {"uri": "https://ci.example/runs/7", "builder.id": "ci"},
      "scanner": {"uri": "pkg:github/acme/scanner@1", "version": "1.2", "db": {"version": "7"},
        "result": {"Results": []}},
      "metadata": {"scanStartedOn": "2026-03-04T05:06:07+09:00",
        "scanFinishedOn": "2026-03-04T05:07:07Z"}})"},
    {"openvex", kOpenVex, R"({
      "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://acme.example/vex/1",
      "author": "Acme", "timestamp": "2026-03-04T05:06:07-06:00", "version": 1,
      "statements": [{"vulnerability": {"name": "CVE-2026-1"}, "status": "not_affected",
        "justification": "component_not_present",
        "products": [{"@id": "pkg:oci/tiny"}]}]})"},
};

const Example& example(std::string_view name) {
  for (const auto& each : kExamples) {
    if (each.name == name) return each;
  }
  FAIL("no example of that name");
  return kExamples[0];
}

Json document(const Example& of) { return json::parse(of.text).value(); }

Json with(Json document, const char* pointer, const char* value) {
  document[Json::json_pointer(pointer)] = json::parse(value).value();
  return document;
}

Json without(Json document, const char* pointer) {
  const Json::json_pointer at(pointer);
  auto& parent = document[at.parent_pointer()];
  REQUIRE(parent.erase(at.back()) == 1);
  return document;
}

}  // namespace

TEST_CASE("an example of each known type has its form, an empty object has none") {
  for (const auto& each : kExamples) {
    CAPTURE(each.name);
    CHECK(check_predicate_form(each.type, document(each)));
    CHECK(predicate_type_label(each.type) == each.name);
    auto refused = check_predicate_form(each.type, Json::object());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::malformed);
    CHECK(refused.error().text().find("$: missing") != std::string::npos);
  }
}

TEST_CASE("a required member that is missing is named with its place") {
  struct Row {
    const char *name, *pointer, *place;
  };
  const Row rows[] = {
      {"provenance", "/buildDefinition", "$: missing \"buildDefinition\""},
      {"provenance", "/buildDefinition/buildType", "$.buildDefinition: missing"},
      {"provenance", "/buildDefinition/externalParameters", "$.buildDefinition: missing"},
      {"provenance", "/runDetails", "$: missing \"runDetails\""},
      {"provenance", "/runDetails/builder", "$.runDetails: missing"},
      {"provenance", "/runDetails/builder/id", "$.runDetails.builder: missing \"id\""},
      {"vsa", "/verifier", "$: missing"},
      {"vsa", "/verifier/id", "$.verifier: missing"},
      {"vsa", "/resourceUri", "$: missing"},
      {"vsa", "/policy", "$: missing"},
      {"vsa", "/verificationResult", "$: missing"},
      {"vsa", "/verifiedLevels", "$: missing"},
      {"svr", "/verifier", "$: missing"},
      {"svr", "/verifier/id", "$.verifier: missing"},
      {"svr", "/verifier/policies", "$.verifier: missing \"policies\""},
      {"svr", "/timeCreated", "$: missing"},
      {"svr", "/properties", "$: missing"},
      {"test-result", "/result", "$: missing"},
      {"test-result", "/configuration", "$: missing"},
      {"scai", "/attributes", "$: missing"},
      {"scai", "/attributes/0/attribute", "$.attributes[0]: missing \"attribute\""},
      {"vulns", "/scanner", "$: missing"},
      {"vulns", "/scanner/uri", "$.scanner: missing"},
      {"vulns", "/scanner/db", "$.scanner: missing"},
      {"vulns", "/scanner/db/lastUpdate", "$.scanner.db: missing"},
      {"vulns", "/scanner/result", "$.scanner: missing"},
      {"vulns", "/scanner/result/0/id", "$.scanner.result[0]: missing"},
      {"vulns", "/scanner/result/0/severity", "$.scanner.result[0]: missing"},
      {"vulns", "/scanner/result/0/severity/0/method", "severity[0]: missing \"method\""},
      {"vulns", "/scanner/result/0/severity/0/score", "severity[0]: missing \"score\""},
      {"vulns", "/metadata", "$: missing"},
      {"vulns", "/metadata/scanStartedOn", "$.metadata: missing"},
      {"vulns", "/metadata/scanFinishedOn", "$.metadata: missing"},
      {"reference", "/attester", "$: missing"},
      {"reference", "/attester/id", "$.attester: missing"},
      {"reference", "/references", "$: missing"},
      {"reference", "/references/0/downloadLocation", "$.references[0]: missing"},
      {"reference", "/references/0/mediaType", "$.references[0]: missing"},
      {"reference", "/references/0/digest", "$.references[0]: none of uri, digest and content"},
      {"cosign", "/Data", "$: missing"},
      {"cosign", "/Timestamp", "$: missing"},
      {"vuln", "/scanner", "$: missing \"scanner\""},
      {"vuln", "/metadata", "$: missing"},
      {"vuln", "/metadata/scanStartedOn", "$.metadata: missing"},
      {"vuln", "/metadata/scanFinishedOn", "$.metadata: missing"},
      {"openvex", "/@context", "$: missing"},
      {"openvex", "/@id", "$: missing"},
      {"openvex", "/author", "$: missing"},
      {"openvex", "/timestamp", "$: missing"},
      {"openvex", "/version", "$: missing"},
      {"openvex", "/statements", "$: missing"},
      {"openvex", "/statements/0/vulnerability", "$.statements[0]: missing"},
      {"openvex", "/statements/0/vulnerability/name", "vulnerability: missing \"name\""},
      {"openvex", "/statements/0/status", "$.statements[0]: missing"},
      {"openvex", "/statements/0/justification", "not_affected without justification"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.pointer);
    const auto& of = example(row.name);
    auto refused = check_predicate_form(of.type, without(document(of), row.pointer));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::malformed);
    CAPTURE(refused.error().text());
    CHECK(refused.error().text().find(row.place) != std::string::npos);
  }
}

TEST_CASE("a member of another type or outside its words is refused") {
  struct Row {
    const char *name, *pointer, *value, *place;
  };
  const Row rows[] = {
      {"provenance", "/buildDefinition", "[]", "$.buildDefinition: expected an object"},
      {"provenance", "/buildDefinition/buildType", "7", "$.buildDefinition.buildType"},
      {"provenance", "/buildDefinition/buildType", R"("train")", "expected a URI"},
      {"provenance", "/buildDefinition/externalParameters", "[]", "externalParameters"},
      {"provenance", "/buildDefinition/internalParameters", R"("x")", "internalParameters"},
      {"provenance", "/buildDefinition/resolvedDependencies", "{}", "resolvedDependencies"},
      {"provenance", "/buildDefinition/resolvedDependencies/0", R"({"name": "x"})", "[0]: none of"},
      {"provenance", "/buildDefinition/resolvedDependencies/0", R"({"uri": ""})", "[0]: none of"},
      {"provenance", "/buildDefinition/resolvedDependencies/0/uri", "[]", "[0].uri"},
      {"provenance", "/buildDefinition/resolvedDependencies/0/digest", "{}", "digest is empty"},
      {"provenance", "/buildDefinition/resolvedDependencies/0/digest", R"({"sha256": "AA"})",
       "expected lower-case hex"},
      {"provenance", "/buildDefinition/resolvedDependencies/0/annotations", "[]", "annotations"},
      {"provenance", "/runDetails/builder", R"("ci")", "$.runDetails.builder"},
      {"provenance", "/runDetails/builder/id", R"("my ci: it")", "expected a URI"},
      {"provenance", "/runDetails/builder/version", R"({"mpk": 1})",
       "$.runDetails.builder.version"},
      {"provenance", "/runDetails/metadata/startedOn", R"("yesterday")", "startedOn"},
      {"provenance", "/runDetails/metadata/finishedOn", R"("2026-03-14T19:30:00+01:00")", "UTC"},
      {"provenance", "/runDetails/byproducts", R"([{"content": "%"}])",
       "$.runDetails.byproducts[0]"},
      {"vsa", "/verifier/id", R"("gate")", "$.verifier.id: expected a URI"},
      {"vsa", "/policy", R"({"digest": {"sha256": "aa"}})", "$.policy: missing \"uri\""},
      {"vsa", "/verificationResult", R"("OK")", "expected PASSED or FAILED"},
      {"vsa", "/verifiedLevels", "{}", "$.verifiedLevels"},
      {"vsa", "/timeVerified", "1", "$.timeVerified"},
      {"vsa", "/inputAttestations", R"([{"uri": "x:y"}])", "$.inputAttestations[0]: missing"},
      {"svr", "/verifier/policies", R"([{}])", "$.verifier.policies[0]"},
      {"svr", "/timeCreated", R"("2026-03-04")", "$.timeCreated"},
      {"svr", "/properties", R"(["A", 7])", "$.properties[1]"},
      {"svr", "/properties", R"([""])", "$.properties[0]: is empty"},
      {"svr", "/properties", R"("A")", "$.properties"},
      {"test-result", "/result", R"("passed")", "expected one of PASSED, WARNED, FAILED"},
      {"test-result", "/result", "true", "$.result"},
      {"test-result", "/configuration", R"(["eval.yaml"])", "$.configuration[0]"},
      {"test-result", "/failedTests", "0", "$.failedTests"},
      {"test-result", "/url", "[]", "$.url"},
      {"scai", "/attributes", "[]", "$.attributes: expected one attribute or more"},
      {"scai", "/attributes", R"({"attribute": "A"})", "$.attributes"},
      {"scai", "/attributes/0/attribute", "[]", "$.attributes[0].attribute"},
      {"scai", "/attributes/0/target", R"("w")", "$.attributes[0].target"},
      {"scai", "/attributes/0/conditions", R"("-O2")", "$.attributes[0].conditions"},
      {"scai", "/attributes/0/evidence", R"({"name": "e"})", "$.attributes[0].evidence"},
      {"scai", "/producer", R"("ci")", "$.producer"},
      {"vulns", "/scanner/uri", R"("")", "$.scanner.uri"},
      {"vulns", "/scanner/result", "{}", "$.scanner.result"},
      {"vulns", "/scanner/result/0/severity", R"("high")", "$.scanner.result[0].severity"},
      {"vulns", "/scanner/result/0/severity/0/score", "5.2", "severity[0].score"},
      {"vulns", "/scanner/db/lastUpdate", "[]", "$.scanner.db.lastUpdate"},
      {"vulns", "/metadata/scanStartedOn", R"("2026-13-04T05:06:07Z")", "$.metadata.scanStartedOn"},
      {"reference", "/attester/id", "{}", "$.attester.id"},
      {"reference", "/references", R"({"uri": "x:y"})", "$.references"},
      {"reference", "/references/0/downloadLocation", R"("bom.json")", "expected a URI"},
      {"reference", "/references/0/mediaType", "7", "$.references[0].mediaType"},
      {"cosign", "/Timestamp", R"("now")", "$.Timestamp"},
      {"vuln", "/scanner", "[]", "$.scanner"},
      {"vuln", "/scanners", "{}", "$.scanners"},
      {"vuln", "/scanner/version", "2", "$.scanner.version"},
      {"vuln", "/metadata/scanFinishedOn", R"("2026-03-04")", "$.metadata.scanFinishedOn"},
      {"openvex", "/@context", "[]", "$"},
      {"openvex", "/version", "-1", "$.version"},
      {"openvex", "/timestamp", R"("March")", "$.timestamp"},
      {"openvex", "/statements", "{}", "$.statements"},
      {"openvex", "/statements/0/status", R"("safe")", "expected one of not_affected, affected"},
      {"openvex", "/statements/0/status", R"("affected")", "missing \"action_statement\""},
      {"openvex", "/statements/0/vulnerability", "[]", "$.statements[0].vulnerability"},
      {"openvex", "/statements/0/vulnerability/name", "1", "$.statements[0].vulnerability.name"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.pointer);
    CAPTURE(row.value);
    const auto& of = example(row.name);
    auto refused = check_predicate_form(of.type, with(document(of), row.pointer, row.value));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::malformed);
    CAPTURE(refused.error().text());
    CHECK(refused.error().text().find(row.place) != std::string::npos);
  }
}

TEST_CASE("what a specification leaves open passes") {
  struct Row {
    const char *name, *pointer, *value;
  };
  const Row rows[] = {
      {"provenance", "/acme_extension", "[null]"},
      {"provenance", "/runDetails/metadata/acme_gpu", "{}"},
      {"provenance", "/runDetails/metadata", "null"},
      {"provenance", "/buildDefinition/externalParameters", "{}"},
      {"provenance", "/buildDefinition/resolvedDependencies/0/digest", R"({"acme": "Any==Text"})"},
      {"provenance", "/runDetails/builder/id", R"("https://git.example/o/r@refs/heads/größe")"},
      {"provenance", "/runDetails/byproducts", R"([{"content": "aGk="}])"},
      {"svr", "/verifier/policies", "[]"},
      {"svr", "/properties", "[]"},
      {"test-result", "/result", R"("WARNED")"},
      {"test-result", "/configuration", "[]"},
      {"scai", "/attributes/0/conditions", R"({"flags": ["-O2"]})"},
      {"vulns", "/scanner/result", "[]"},
      {"vulns", "/scanner/result/0/annotations", R"([{"fixed": true}])"},
      {"cosign", "/Data", R"({"a": 1})"},
      {"vuln", "/scanners", R"([{"uri": "x:y", "result": {}}])"},
      {"openvex", "/statements", "[]"},
      {"openvex", "/statements/0/vulnerability", R"("CVE-2026-1")"},
      {"openvex", "/statements/0/status", R"("under_investigation")"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.pointer);
    const auto& of = example(row.name);
    CHECK(check_predicate_form(of.type, with(document(of), row.pointer, row.value)));
  }
  CHECK(check_predicate_form("https://acme.example/eval/v1", Json::array()));
  CHECK(check_predicate_form(kCycloneDx, Json::object()));
  CHECK(check_predicate_form("https://openvex.dev/nsx", Json::object()));
  CHECK_FALSE(check_predicate_form("https://openvex.dev/ns/v0.2.0", Json::object()));
}

TEST_CASE("any value at any place is answered, never thrown") {
  for (const auto& each : kExamples) {
    CAPTURE(each.name);
    const auto whole = document(each);
    for (const char* text : {"null", "true", "-1", "1e300", "\"\"", "\"x\"", "[]", "[[]]", "{}"}) {
      const auto value = json::parse(text).value();
      CHECK_FALSE(check_predicate_form(each.type, value));
      const auto places = whole.flatten();
      for (const auto& [pointer, leaf] : places.items()) {
        for (Json::json_pointer at(pointer); !at.empty(); at.pop_back()) {
          auto changed = whole;
          changed[at] = value;
          CHECK_NOTHROW((void)check_predicate_form(each.type, changed));
        }
      }
    }
  }
}

TEST_CASE("what mpk writes has the form that it asks of others") {
  auto build = detect_build(MapEnv(std::map<std::string, std::string>{}));
  CHECK(check_predicate_form(
      kSlsaProvenance,
      make_provenance(build.value(), {}, Timestamp::from_seconds(0), std::nullopt, "0.1.0")));
  Vsa vsa;
  vsa.verifier_id = "urn:mpk:gate";
  vsa.policy_uri = "file:policy.yaml";
  vsa.time_verified = Timestamp::from_seconds(0);
  CHECK(check_predicate_form(kVsa, make_vsa(vsa)));
}
