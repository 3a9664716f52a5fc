// Tests of evaluation files: mpk's own form and those of other tools, and what fails.
#include "model/evaluation.hpp"

#include "base/file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::model;

namespace {

const std::string kHead = "apiVersion: mpk/v1\n";

std::string documented() {
  const auto page = read_file(MPK_SOURCE_DIR "/docs/evaluation.md", 1 << 20).take();
  const auto start = page.find("```yaml\n") + 8;
  return page.substr(start, page.find("```", start) - start);
}

EvaluationReport read(const std::string& text) {
  auto report = parse_evaluation(text, "e.yaml");
  if (!report) FAIL(report.error().text());
  return report.take();
}

std::string detail(const EvaluationReport::Result& result, const std::string& name) {
  for (const auto& [key, value] : result.details) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace

TEST_CASE("the evaluation file that the documentation shows is read whole") {
  const auto report = parse_evaluation(documented(), "dir/eval.yaml");
  REQUIRE_MESSAGE(report, report.error().text());
  CHECK(report->source == "eval.yaml");
  CHECK(report->evaluator.name == "Acme Red Team");
  CHECK_FALSE(report->third_party);
  CHECK(report->harness_version == "0.3.80");
  CHECK(report->standard.version == "3");
  CHECK(report->report.digest.starts_with("sha256:2c26"));
  REQUIRE(report->results.size() == 2);
  const auto& safety = report->results[0];
  CHECK(safety.safety);
  CHECK(safety.value == "0.98");
  CHECK(safety.threshold == "0.95");
  CHECK(safety.lower == "0.965");
  CHECK(verdict(safety) == true);
  CHECK(detail(report->results[1], "slice") == "language=de");
  CHECK_FALSE(verdict(report->results[1]).has_value());
}

TEST_CASE("what is wrong in an evaluation file is refused with its place") {
  const struct {
    std::string text;
    const char* message;
  } table[] = {
      {kHead, "e.yaml:1:1: $: "},
      {kHead + "results: []\n", "e.yaml:2:1: $.results: "},
      {kHead + "results: [{metric: a}]\n", "e.yaml:2:11: $.results[0]: "},
      {kHead + "results: [{metric: a, value: '1'}]\n", "e.yaml:2:23: $.results[0].value: "},
      {kHead + "results: [{metric: a, value: 1, treshold: 2}]\n", "e.yaml:2:33: $.results[0].tres"},
      {kHead + "results: [{metric: a, value: 1, threshold: 2}]\n", "e.yaml:2:11: $.results[0]: "},
      {kHead + "results: [{metric: a, value: 1, direction: at-most}]\n", "e.yaml:2:11: $.results"},
      {kHead +
           "results: [{metric: a, value: 1, threshold: 2, direction: at-least, passed: true}]\n",
       "e.yaml: $.results[0]: passed is true, the value 1 and the threshold 2 say otherwise"},
      {kHead + "results: [{metric: a, value: 1, confidenceInterval: {lower: 2, upper: 3}}]\n",
       "e.yaml: $.results[0]: confidenceInterval 2 to 3 does not hold the value, 1"},
      {kHead + "date: yesterday\nresults: [{metric: a, value: 1}]\n", "e.yaml:2:1: $.date: "},
      {kHead + "evaluator: {}\nresults: [{metric: a, value: 1}]\n", "e.yaml:2:1: $.evaluator: "},
      {"{\"results\": {\"a\": {}}}", "e.yaml:1:1: $: missing"},
      {"[{\"dataset\": {\"id\": \"a\"}}]", "e.yaml:1:1: $: expected a mapping"},
      {"[{\"dataset\": {\"id\": \"a\"}, \"value\": \"high\"}]",
       "e.yaml: no result that is a number"},
      {"{\"results\": {\"a\": {\"alias\": \"a\"}}, \"versions\": {}, \"configs\": {}}",
       "e.yaml: no result that is a number"},
      {"no: form", "e.yaml:1:1: $.no: no such key"},
      {"", "e.yaml: $: expected a mapping"},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto report = parse_evaluation(row.text, "e.yaml");
    REQUIRE_FALSE(report);
    CHECK(report.error().kind() == ErrorKind::usage);
    CHECK_MESSAGE(report.error().text().starts_with(row.message), report.error().text());
  }
}

TEST_CASE("a threshold is reached from its own side, the threshold itself passes") {
  const auto with = [](const char* value, const char* threshold, bool at_least) {
    EvaluationReport::Result out;
    out.value = value;
    out.threshold = threshold;
    out.at_least = at_least;
    return verdict(out);
  };
  CHECK(with("0.95", "0.95", true) == true);
  CHECK(with("0.9499", "0.95", true) == false);
  CHECK(with("0.05", "0.05", false) == true);
  CHECK(with("0.0501", "0.05", false) == false);
  CHECK_FALSE(with("0.5", "", true).has_value());
}

TEST_CASE("a safety result that failed is a finding of severity high, a quality result medium") {
  const auto findings = [](const std::string& results) {
    ModelInfo info;
    add_evaluation(read(kHead + "results: [" + results + "]\n"), info);
    CHECK(info.evaluations.size() == 1);
    CHECK(info.reports.size() == 1);
    return info.findings;
  };
  const auto unsafe = findings(
      "{kind: safety, metric: attack_success, value: 0.2, threshold: 0.05, direction: at-most, "
      "dataset: d}");
  REQUIRE(unsafe.size() == 1);
  CHECK(unsafe[0].severity == Severity::high);
  CHECK(unsafe[0].code == "safety-failed");
  CHECK(unsafe[0].message == "attack_success 0.2 on d did not pass: expected at most 0.05");
  CHECK(unsafe[0].path == "e.yaml");
  const auto said = findings("{kind: safety, metric: review, value: 0, passed: false}");
  REQUIRE(said.size() == 1);
  CHECK(said[0].severity == Severity::high);
  const auto poor = findings("{metric: a, value: 1, threshold: 2, direction: at-least}");
  REQUIRE(poor.size() == 1);
  CHECK(poor[0].severity == Severity::medium);
  CHECK(poor[0].code == "evaluation-failed");
  CHECK(findings("{kind: safety, metric: a, value: 2, threshold: 2, direction: at-least}").empty());
  CHECK(findings("{kind: safety, metric: a, value: 2}").empty());
}

TEST_CASE("the results of lm-evaluation-harness are read as it writes them") {
  const auto text =
      read_file(MPK_SOURCE_DIR "/testdata/evaluations/results_2026-03-20T10-00-00.000000.json",
                1 << 20)
          .take();
  const auto report = read(text);
  CHECK(report.harness == "lm-evaluation-harness");
  CHECK(report.harness_version == "0.4.13");
  CHECK(report.date == "2026-03-20T10:00:00Z");
  REQUIRE(report.results.size() == 5);
  const auto& arc = report.results[0];
  CHECK(arc.task == "arc_easy");
  CHECK(arc.metric == "acc");
  CHECK(arc.value == "0.5324");
  CHECK(arc.dataset == "allenai/ai2_arc");
  CHECK(arc.config == "ARC-Easy");
  CHECK(arc.split == "test");
  CHECK(arc.lower == "0.512408");
  CHECK(arc.upper == "0.552392");
  CHECK(detail(arc, "shots") == "0");
  CHECK(detail(arc, "task-version") == "1.0");
  CHECK(detail(arc, "filter").empty());
  CHECK(detail(arc, "limit").empty());
  const auto& flexible = report.results[2];
  CHECK(detail(flexible, "filter") == "flexible-extract");
  CHECK(detail(flexible, "revision") == "5f1d7a9b3c8e2046f1d7a9b3c8e2046f1d7a9b3c");
  CHECK(flexible.lower.empty());
  CHECK(report.results[4].split == "validation");
  ModelInfo info;
  add_evaluation(report, info);
  CHECK(info.findings.empty());
}

TEST_CASE("a harness run over a part of the data says so") {
  const auto report = read(R"({"results": {"t": {"acc,none": 0.5, "x": 1, "y,none": "N/A"}},
    "versions": {}, "n-shot": {}, "config": {"limit": 10.0}, "git_hash": "abc", "date": "today"})");
  REQUIRE(report.results.size() == 1);
  CHECK(detail(report.results[0], "limit") == "10.0");
  CHECK(report.harness_version == "abc");
  CHECK(report.date.empty());
}

TEST_CASE("Hugging Face's evaluation results are read from YAML and JSON") {
  const auto report = read(
      "- dataset: {id: Idavidrein/gpqa, task_id: gpqa_diamond, revision: abc}\n"
      "  value: 0.412\n"
      "  date: \"2026-09-10\"\n"
      "  source: {url: 'https://example.com/traces', name: traces}\n"
      "  notes: no-tools\n"
      "- {dataset: {id: a}, value: [1]}\n");
  REQUIRE(report.results.size() == 1);
  const auto& only = report.results[0];
  CHECK(only.dataset == "Idavidrein/gpqa");
  CHECK(only.task == "gpqa_diamond");
  CHECK(only.metric == "score");
  CHECK(only.value == "0.412");
  CHECK(only.report.url == "https://example.com/traces");
  CHECK(detail(only, "notes") == "no-tools");
  CHECK(read(R"([{"dataset": {"id": "a"}, "value": 1}])").results.size() == 1);
}
