// Reports: golden files of three verdicts with hostile texts, and what each reader relies on.
#include "report/report.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "report/parts.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <ostream>
#include <set>

using namespace mpk;
using namespace mpk::report;
using policy::CheckResult;
using policy::Verdict;

namespace {

const About kAbout = {.mpk_version = "1.2.3", .now = Timestamp::from_parts(1'763'647'391, 5'000)};

Digest digest(char c) { return Digest::parse("sha256:" + std::string(64, c)).take(); }

Verdict base() {
  Verdict verdict;
  verdict.reference = "ghcr.io/acme/tiny-llama:1.0";
  verdict.media_type = "application/vnd.oci.image.manifest.v1+json";
  verdict.digest = digest('a');
  verdict.policy_name = "prod";
  verdict.policy_digest = digest('b');
  verdict.duration_ms = 1041;
  verdict.checks = {{.id = "manifest",
                     .label = "manifest",
                     .result = CheckResult::pass,
                     .message = "7 layers · manifest and config match their digests"}};
  return verdict;
}

Verdict passed() {
  auto verdict = base();
  verdict.insecure = {"sct"};
  verdict.checks.push_back({.id = "witness",
                            .label = "witness",
                            .result = CheckResult::skip,
                            .message = "none is named"});
  return verdict;
}

Verdict refused() {
  auto verdict = base();
  verdict.checks.push_back(
      {.id = "signature",
       .label = "signature",
       .result = CheckResult::fail,
       .code = "identity-not-allowed",
       .message = "signed by \"somebody\" else <than> allowed & more ]]> {brace}\nsecond line",
       .expected = {"release@example.com", "other@example.com"},
       .found = "mallory\x1b[31m@\x01\x7f\xc2\x85 \xe2\x80\xae example.com \xff\xfe",
       .evidence = digest('c').text(),
       .hint = "the 'issuer' matches, \\ the identity does not\r\n",
       .exit_code = 12});
  verdict.checks.push_back({.id = "attestation:https://slsa.dev/provenance/v1",
                            .label = "https://slsa.dev/provenance/v1",
                            .result = CheckResult::fail,
                            .code = "network",
                            .message = "no answer",
                            .exit_code = 3});
  for (const char* file : {"a\xef\xbf\xbf.bin", "b\xed\xa0\x80.bin"}) {
    verdict.checks.push_back({.id = "model.files",
                              .label = "files",
                              .result = CheckResult::fail,
                              .code = "file-changed",
                              .message = file,
                              .exit_code = 1});
  }
  verdict.checks.push_back({.id = "aibom",
                            .label = "aibom",
                            .result = CheckResult::fail,
                            .code = "aibom-unreadable",
                            .message = std::string(10'000, 'x'),
                            .exit_code = 21});
  return verdict;
}

Verdict undecided() {
  Verdict verdict;
  verdict.reference = "[::1]:5000/Acme/llm:1{0}";
  verdict.checks = {{.id = "reference",
                     .label = "reference",
                     .result = CheckResult::fail,
                     .code = "timeout",
                     .message = "no answer in time",
                     .hint = "try again",
                     .exit_code = 3}};
  return verdict;
}

Json document(Format format, const Verdict& verdict) {
  auto parsed = json::parse(write(format, verdict, kAbout));
  if (!parsed) FAIL(parsed.error().text());
  return parsed.take();
}

const std::vector<Format> kAll = {Format::sarif,     Format::openreports, Format::junit,
                                  Format::admission, Format::gatekeeper,  Format::ratify};

}  // namespace

TEST_CASE("each format writes the golden bytes of each outcome") {
  for (const auto& verdict : {passed(), refused(), undecided()}) {
    for (const auto& word : format_words()) {
      const auto text = write(*parse_format(word), verdict, kAbout);
      const auto path =
          MPK_SOURCE_DIR "/testdata/golden/report/" + outcome_word(verdict) + "." + word;
      if (std::getenv("MPK_ACCEPT") != nullptr) REQUIRE(write_file_atomic(path, text));
      CHECK_MESSAGE(text == read_file(path, 1 << 20).take(), path);
    }
  }
}

TEST_CASE("the words of the formats are exactly theirs") {
  CHECK(format_words().size() == kAll.size());
  for (const char* word : {"text", "json", "SARIF", "", "sarif "}) CHECK(!parse_format(word));
}

TEST_CASE("whatever the texts are, a report is valid UTF-8 without control characters") {
  auto verdict = refused();
  for (int c = 0; c < 256; ++c) verdict.checks[1].message += std::string(1, static_cast<char>(c));
  verdict.checks[1].id = verdict.checks[1].label = verdict.checks[1].code =
      verdict.checks[1].evidence = verdict.checks[1].message;
  verdict.checks[1].expected = {verdict.checks[1].message};
  verdict.reference = verdict.policy_name = verdict.checks[1].message;
  verdict.insecure = {verdict.reference};
  for (const auto format : kAll) {
    const auto text = write(format, verdict, kAbout);
    CHECK(is_valid_utf8(text));
    CHECK(text.ends_with('\n'));
    for (const auto line : split(text, '\n')) CHECK(printable(line) == line);
    if (format != Format::junit) CHECK(json::parse(text).has_value());
  }
}

TEST_CASE("a verdict in which nothing failed and nothing passed is no success in any format") {
  for (const auto& checks : {std::vector<policy::Check>{},
                             {{.id = "aibom", .label = "aibom", .result = CheckResult::skip}}}) {
    auto verdict = base();
    verdict.checks = checks;
    CHECK(document(Format::sarif, verdict)["runs"][0]["results"][0]["ruleId"] == "nothing-checked");
    CHECK(document(Format::openreports, verdict)["summary"]["error"] == 1);
    CHECK(write(Format::junit, verdict, kAbout).find(" errors=\"1\"") != std::string::npos);
    CHECK(document(Format::admission, verdict)["response"]["allowed"] == false);
    CHECK(document(Format::gatekeeper, verdict)["response"]["items"][0]["error"] != "");
    CHECK(document(Format::ratify, verdict)["isSuccess"] == false);
  }
}

TEST_CASE(
    "an admission is allowed when the verdict has passed, and says by its code whether to try "
    "again") {
  struct Case {
    Verdict verdict;
    bool allowed;
    int code;
  };
  for (const auto& c :
       {Case{passed(), true, 200}, Case{refused(), false, 403}, Case{undecided(), false, 503}}) {
    const auto response = document(Format::admission, c.verdict)["response"];
    CHECK(response["uid"] == "");
    CHECK(response["allowed"] == c.allowed);
    CHECK(response["status"]["code"] == c.code);
    for (const auto& note : response["auditAnnotations"]) CHECK(note.is_string());
  }
  CHECK(document(Format::admission, passed())["response"]["warnings"] ==
        Json::array({"not checked: sct"}));
}

TEST_CASE("gatekeeper gets strings, and an error unless the verdict has passed") {
  const auto good = document(Format::gatekeeper, passed())["response"];
  CHECK(good["idempotent"] == true);
  CHECK(good["systemError"] == "");
  CHECK(good["items"][0] == Json{{"key", "ghcr.io/acme/tiny-llama:1.0"},
                                 {"value",
                                  {{"verdict", "passed"},
                                   {"digest", digest('a').text()},
                                   {"reference", "ghcr.io/acme/tiny-llama:1.0"}}},
                                 {"error", ""}});
  const auto bad = document(Format::gatekeeper, undecided())["response"]["items"][0];
  CHECK(bad["value"]["verdict"] == "undecided");
  CHECK(bad["value"]["digest"] == "");
  CHECK(bad["error"] == "undecided: reference: no answer in time [timeout]");
}

TEST_CASE("ratify gets one line that its scanner takes, whatever failed") {
  auto verdict = refused();
  std::string wide;
  for (int i = 0; i < 10'000; ++i) wide += "\xf0\x9f\x98\x80";
  for (int i = 0; i < 2'000; ++i) {
    verdict.checks.push_back({.id = wide,
                              .label = "x",
                              .result = CheckResult::fail,
                              .code = wide,
                              .message = wide,
                              .hint = wide,
                              .exit_code = 1});
  }
  verdict.reference = verdict.policy_name = wide;
  verdict.insecure = {"sct", "tlog", "timestamp"};
  const auto line = write(Format::ratify, verdict, kAbout);
  CHECK(line.size() < 64U << 10U);
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(document(Format::ratify, verdict)["extensions"]["failures"] == 2'005);
  const auto error = ratify_error(Error(ErrorKind::network, wide + "\n{", "hint {}"));
  CHECK(error.size() < 64U << 10U);
  CHECK(error.find('\n') == error.size() - 1);
}

TEST_CASE("an error before a verdict has a code of Ratify and no isSuccess") {
  struct Case {
    ErrorKind kind;
    int code;
  };
  for (const auto& c : {Case{ErrorKind::usage, 7}, Case{ErrorKind::network, 5},
                        Case{ErrorKind::not_found, 8}, Case{ErrorKind::internal, 999}}) {
    const auto error = json::parse(ratify_error(Error(c.kind, "what", "do this"))).take();
    CHECK(error == Json{{"code", c.code}, {"msg", "what"}, {"details", "do this"}});
  }
  CHECK(without_braces("a {b} c") == "a (b) c");
}

TEST_CASE("an openreports name is a DNS label, the same for the same verdict") {
  struct Case {
    std::string reference, name;
  };
  const auto name = [](const Verdict& verdict) {
    return document(Format::openreports, verdict)["metadata"]["name"].get<std::string>();
  };
  CHECK(name(passed()) == "mpk-" + std::string(59, 'a'));
  for (const auto& c :
       {Case{"ghcr.io/Acme/llm:1.0", "mpk-unresolved-ghcr-io-acme-llm-1-0"},
        Case{"oci:./x_\xff:1-", "mpk-unresolved-oci-x-1"}, Case{"", "mpk-unresolved"},
        Case{"---", "mpk-unresolved"},
        Case{std::string(300, 'a') + ":2", "mpk-unresolved-" + std::string(46, 'a') + "-2"}}) {
    auto verdict = undecided();
    verdict.reference = c.reference;
    CHECK(name(verdict) == c.name);
  }
}

TEST_CASE("openreports tells a failure from what could not be decided, by the exit code") {
  const auto results = document(Format::openreports, refused())["results"];
  CHECK(results[0]["result"] == "pass");
  CHECK(results[0]["severity"] == "info");
  CHECK(results[1]["result"] == "fail");
  CHECK(results[1]["severity"] == "critical");
  CHECK(results[1]["timestamp"] == Json{{"seconds", 1'763'647'391}, {"nanos", 5'000}});
  CHECK(results[2]["result"] == "error");
  CHECK(results[2]["severity"] == "medium");
  for (const auto& result : results) {
    for (const auto& property : result["properties"]) CHECK(property.is_string());
  }
  CHECK(document(Format::openreports, passed())["results"][1]["result"] == "skip");
}

TEST_CASE("a SARIF location is the reference as a URI") {
  struct Case {
    std::string reference;
    Verdict::Scope scope;
    std::string uri;
  };
  using enum Verdict::Scope;
  for (const auto& c :
       {Case{"ghcr.io/a/b:1", artifact, "oci://ghcr.io/a/b:1"},
        Case{"[::1]:5000/a/b@sha256:00", attestation, "oci://[::1]:5000/a/b@sha256:00"},
        Case{"oci:dir/x y:1", artifact, "oci:dir/x%20y:1"},
        Case{"dir/a:b [1].gguf", bundle, "dir/a%3Ab%20%5B1%5D.gguf"}}) {
    auto verdict = base();
    verdict.reference = c.reference;
    verdict.scope = c.scope;
    const auto result = document(Format::sarif, verdict)["runs"][0]["results"][0];
    CHECK(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == c.uri);
  }
}

TEST_CASE("SARIF fingerprints differ within a report and do not depend on texts") {
  auto verdict = refused();
  const auto prints = [&] {
    std::vector<std::string> out;
    const auto run = document(Format::sarif, verdict)["runs"][0];
    for (const auto& result : run["results"])
      out.push_back(result["fingerprints"]["mpk/v1"].get<std::string>());
    return out;
  };
  const auto before = prints();
  CHECK(before.size() == verdict.checks.size());
  CHECK(std::set(before.begin(), before.end()).size() == before.size());
  for (auto& check : verdict.checks) check.message = check.found = check.hint = "other";
  CHECK(prints() == before);
}

TEST_CASE("a SARIF result names its rule, a pass by the check and a failure by the code") {
  const auto run = document(Format::sarif, refused())["runs"][0];
  const auto& rules = run["tool"]["driver"]["rules"];
  CHECK(rules.size() == 5);  // two checks share file-changed
  for (const auto& result : run["results"])
    CHECK(rules[result["ruleIndex"].get<std::size_t>()]["id"] == result["ruleId"]);
  CHECK(run["results"][0]["ruleId"] == "manifest");
  CHECK(run["results"][0]["kind"] == "pass");
  CHECK(run["results"][0]["level"] == "none");
  CHECK(run["results"][1]["ruleId"] == "identity-not-allowed");
  CHECK(run["results"][1]["kind"] == "fail");
  CHECK(run["results"][1]["level"] == "error");
  CHECK(document(Format::sarif, passed())["runs"][0]["results"].size() ==
        1);  // not the skipped one
}

TEST_CASE("junit counts failures, errors and skipped checks, and escapes what XML forbids") {
  const auto text = write(Format::junit, refused(), kAbout);
  CHECK(text.find(R"( tests="6" failures="4" errors="1")") != std::string::npos);
  CHECK(text.find("]]>") == std::string::npos);
  CHECK(text.find("\xef\xbf\xbf") == std::string::npos);
  CHECK(text.find("a\xef\xbf\xbd.bin") != std::string::npos);
  CHECK(text.find(R"(name="model.files 2")") != std::string::npos);
  CHECK(text.find(R"( time="1.041")") != std::string::npos);
  CHECK(write(Format::junit, passed(), kAbout).find("<skipped message=\"none is named\"/>") !=
        std::string::npos);
}
