// The cases of testdata/policy/cases, each judged; and what the reader of such files refuses.
#include "flow/policy_case.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::flow;

namespace {

constexpr const char* kCases = "testdata/policy/cases";

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().text());
  return result.take();
}

std::vector<std::string> case_files() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(kCases)) {
    if (entry.path().extension() == ".yaml") out.push_back(entry.path().string());
  }
  std::ranges::sort(out);
  return out;
}

std::vector<PolicyCase> cases_of(const std::string& file) {
  return must(read_policy_cases(must(read_file(file, limits::kYamlDocument)), file));
}

std::shared_ptr<const policy::PolicyFile> policies_of(const PolicyCase& one) {
  static std::map<std::string, std::shared_ptr<const policy::PolicyFile>> known;
  auto& out = known[one.policy.string()];
  if (!out) {
    const auto text = must(read_file(one.policy, limits::kYamlDocument));
    out = std::make_shared<const policy::PolicyFile>(
        must(policy::parse_policy(text, one.policy.string())));
  }
  return out;
}

std::string refusal(const std::string& text) {
  const auto read = read_policy_cases(text, std::string(kCases) + "/x.yaml");
  if (read) return "read";
  CHECK(read.error().kind() == ErrorKind::usage);
  return read.error().text() + "\n" + read.error().hint();
}

constexpr const char* kHead =
    "apiVersion: mpk/v1\n"
    "now: 2026-11-20T12:00:00Z\n"
    "signer: {identity: ci@example.com, issuer: \"https://issuer.example\"}\n"
    "cases:\n";

std::string one_case(const std::string& rest) {
  return "  - {name: one, expect: {result: passed}" + (rest.empty() ? "" : ", " + rest) + "}\n";
}
std::string evidence(const std::string& rest) {
  return kHead + one_case("evidence: [{type: cyclonedx, " + rest + "}]");
}

}  // namespace

TEST_CASE("every case of testdata/policy/cases holds") {
  std::size_t cases = 0, attacks = 0;
  for (const auto& file : case_files()) {
    CAPTURE(file);
    for (const auto& one : cases_of(file)) {
      CAPTURE(one.name);
      const auto found = differences(one, must(run_policy_case(policies_of(one), one)));
      CHECK_MESSAGE(found.empty(), join(found, "; "));
      // A case that compares nothing but the result hides what refused.
      CHECK((one.exit_code && one.codes));
      ++cases;
      attacks += file.ends_with("/attacks.yaml") ? 1U : 0U;
    }
  }
  CHECK(cases >= 300);
  CHECK(attacks >= 50);
}

TEST_CASE("each section has a case that passes and one that is refused, each policy a case") {
  std::set<std::string> used;
  for (const auto& file : case_files()) {
    CAPTURE(file);
    std::set<std::string> results;
    for (const auto& one : cases_of(file)) {
      results.insert(one.result);
      used.insert(one.policy.filename().string());
    }
    CHECK(results.contains("passed"));
    CHECK(results.contains("refused"));
  }
  for (const auto& entry : std::filesystem::directory_iterator(std::string(kCases) + "/policies"))
    CHECK_MESSAGE(used.contains(entry.path().filename().string()), entry.path().string());
}

TEST_CASE("every attack by its name stands in the threat model") {
  const auto text = must(read_file("docs/threat-model.md", limits::kTextFile));
  for (const auto& one : cases_of(std::string(kCases) + "/attacks.yaml"))
    CHECK_MESSAGE(text.find(one.name) != std::string::npos, one.name);
}

TEST_CASE("what differs is told, and nothing else") {
  auto one = cases_of(std::string(kCases) + "/signers.yaml").front();
  const auto verdict = must(run_policy_case(policies_of(one), one));
  CHECK(differences(one, verdict).empty());
  one.result = "refused";
  one.exit_code = 12;
  one.codes = {"no-signature"};
  one.skipped = {"no-aibom"};
  CHECK(differences(one, verdict) ==
        std::vector<std::string>{"result: expected refused, found passed",
                                 "exitCode: expected 12, found 0",
                                 "codes: expected [no-signature], found []",
                                 "skipped: no skipped check has the code no-aibom"});
}

TEST_CASE("what is no file of cases is refused by file, line and column") {
  struct Row {
    std::string text, message;
  };
  CHECK(refusal(kHead + one_case("")) == "read");
  for (const auto& row : std::vector<Row>{
           {kHead + one_case("polcy: x.yaml"), "x.yaml:5:"},
           {kHead + one_case("evidence: [{type: vsa, identiti: a}]"), "did you mean identity?"},
           {std::string(kHead) + "  - {name: one}\n", "x.yaml:5:"},
           {std::string(kHead) + "  - {name: one, expect: {result: accepted}}\n", "x.yaml:5:"},
           {"apiVersion: mpk/v2\ncases: []\n", "x.yaml:1:"},
           {"apiVersion: mpk/v1\n", "cases"},
           {std::string(kHead) + "  - [\n", "x.yaml:6:"},
       }) {
    CAPTURE(row.text);
    const auto found = refusal(row.text);
    CHECK_MESSAGE(found.find(row.message) != std::string::npos, found);
    CHECK(found.find("x.yaml:") != std::string::npos);
  }
}

TEST_CASE("what a case can't mean is refused by its name") {
  struct Row {
    std::string text, message;
  };
  const std::string elsewhere = "identity: a@example.com, issuer: \"https://i.example\"";
  for (const auto& row : std::vector<Row>{
           {"apiVersion: mpk/v1\ncases:\n" + one_case(""), "now is neither here nor in the file"},
           {kHead + one_case("now: yesterday"), "now"},
           {kHead + one_case("") + one_case(""), "two cases are named \"one\""},
           {"apiVersion: mpk/v1\nnow: 2026-11-20T12:00:00Z\ncases:\n" +
                one_case("evidence: [{type: signature}]"),
            "evidence by nobody"},
           {kHead + one_case("evidence: [{type: sinature}]"), "did you mean signature?"},
           {kHead + one_case("artifact: {reference: \"::\"}"), "case \"one\""},
           {kHead + one_case("artifact: {digest: \"sha256:12\"}"), "case \"one\""},
           {kHead + one_case("artifact: {layers: [{path: a, digest: x}]}"), "case \"one\""},
           {evidence("subject: \"sha256:zz\""), "case \"one\""},
           {evidence("signedAt: noon"), "signedAt"},
           {evidence("set: {name: x}"), "name: expected a JSON Pointer"},
           {evidence("set: {\"/a~2\": x}"), "expected a JSON Pointer"},
           {evidence("set: {/a/b: x}, predicate: {a: 1}"), "set: nothing is at /a/b"},
           {evidence("set: {/a/x: 1}, predicate: {a: [1]}"), "set: nothing is at /a/x"},
           {evidence("set: {/a/2: 1}, predicate: {a: [1]}"), "set: nothing is at /a/2"},
           {evidence("set: {/a/4000000000: 1}"), "set: nothing is at /a/4000000000"},
           {evidence("set: {/a/4000000000/b: 1}, predicate: {a: [1]}"), "set: nothing is at /a/4"},
           {evidence("set: {/a/99999999999999999999999: 1}, predicate: {a: [1]}"), "set: nothing"},
           {evidence("remove: [/a]"), "remove: nothing is at /a"},
           {evidence("remove: [/a/99999999999999999999999], predicate: {a: [1]}"),
            "remove: nothing"},
           {evidence("remove: [\"/\"]"), "remove: nothing is at /"},
           {evidence("remove: [/a/7], predicate: {a: [1]}"), "remove: nothing is at /a/7"},
           {evidence("remove: [/a/x], predicate: {a: [1]}"), "remove"},
           {evidence("remove: [/a/-], predicate: {a: [1]}"), "remove"},
           {evidence("predicateFile: documents/none.json"), "none.json"},
           {evidence("predicateFile: signers.yaml"), "signers.yaml"},
           {evidence("keyFile: ../../keys/none.pem"), "none.pem"},
           {evidence("keyFile: signers.yaml"), "signers.yaml"},
       }) {
    CAPTURE(row.text);
    const auto found = refusal(row.text);
    CHECK_MESSAGE(found.find(row.message) != std::string::npos, found);
    CHECK(found.find(std::string(kCases) + "/x.yaml") == 0);
  }
  CHECK(refusal(evidence("set: {/a/0: x, /a/1: y}, remove: [/a/0]")) == "read");
  CHECK(refusal(evidence(elsewhere)) == "read");
}
