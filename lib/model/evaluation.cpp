// Reading an evaluation file, and what its results mean for the model.
#include "model/evaluation.hpp"

#include "base/text.hpp"
#include "json/form.hpp"
#include "json/lookup.hpp"
#include "json/parse.hpp"
#include "json/yaml.hpp"
#include "model/collect.hpp"
#include "model/forms.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace mpk::model {
namespace {

using Report = EvaluationReport;

const Result<json::Form>& form() {
  static const Result<json::Form> compiled =
      json::Form::compile(evaluation_schema(), "docs/evaluation.md shows a whole file")
          .with("embedded evaluation schema");
  return compiled;
}

Report::Document document(const Json& owner) {
  const Json& report = json::member(owner, "report");
  return {said(report, "url"), said(report, "digest")};
}

Report::Result result_of(const Json& from) {
  Report::Result out;
  out.safety = said(from, "kind") == "safety";
  for (const auto& [key, target] : {std::pair{"id", &out.id},
                                    {"title", &out.title},
                                    {"task", &out.task},
                                    {"dataset", &out.dataset},
                                    {"config", &out.config},
                                    {"split", &out.split},
                                    {"metric", &out.metric},
                                    {"value", &out.value},
                                    {"threshold", &out.threshold}})
    *target = said(from, key);
  for (const auto* key : {"revision", "digest", "slice"}) {
    if (auto value = said(from, key); !value.empty()) out.details.emplace_back(key, value);
  }
  const Json& interval = json::member(from, "confidenceInterval");
  out.lower = said(interval, "lower");
  out.upper = said(interval, "upper");
  out.at_least = said(from, "direction") != "at-most";
  if (const Json& passed = json::member(from, "passed"); passed.is_boolean())
    out.passed = passed.get<bool>();
  out.report = document(from);
  return out;
}

// What a schema can't say.
Result<void> check(const Report& report, std::string_view file) {
  for (std::size_t i = 0; i < report.results.size(); ++i) {
    const auto& each = report.results[i];
    const auto refuse = [&](const std::string& message) {
      return Error(ErrorKind::usage,
                   std::string(file) + ": $.results[" + std::to_string(i) + "]: " + message);
    };
    const auto value = decimal(each.value), lower = decimal(each.lower),
               upper = decimal(each.upper);
    if (value && lower && upper && !(*lower <= *value && *value <= *upper)) {
      return refuse("confidenceInterval " + each.lower + " to " + each.upper +
                    " does not hold the value, " + each.value);
    }
    if (!each.passed || each.threshold.empty()) continue;
    auto alone = each;
    alone.passed.reset();
    if (verdict(alone) != each.passed) {
      return refuse(std::string("passed is ") + (*each.passed ? "true" : "false") + ", the value " +
                    each.value + " and the threshold " + each.threshold + " say otherwise");
    }
  }
  return {};
}

Report own_report(const Json& root) {
  Report out;
  const Json& evaluator = json::member(root, "evaluator");
  out.evaluator = said_party(evaluator);
  const Json& third = json::member(evaluator, "thirdParty");
  out.third_party = third.is_boolean() && third.get<bool>();
  const Json& harness = json::member(root, "harness");
  out.harness = said(harness, "name");
  out.harness_version = said(harness, "version");
  out.harness_url = said(harness, "url");
  out.date = said(root, "date");
  const Json& standard = json::member(root, "standard");
  out.standard = {said(standard, "name"), said(standard, "version"), said(standard, "owner"),
                  said(standard, "url")};
  out.report = document(root);
  for (const Json& each : json::items(root, "results")) out.results.push_back(result_of(each));
  return out;
}

// Another tool's document, when this is one.
std::optional<Report> foreign(std::string_view text, std::string_view file) {
  if (json::looks_like_json(text)) {
    const auto root = json::parse(text);
    if (root && is_lm_eval(*root)) return read_lm_eval(*root);
    if (root && is_hub_results(*root)) return read_hub_results(*root);
    return std::nullopt;
  }
  const auto document = json::parse_yaml(text, file);
  if (document && is_hub_results(*document->value)) return read_hub_results(*document->value);
  return std::nullopt;
}

std::string named(const Report::Result& result) {
  std::string out = result.metric + " " + result.value;
  const auto& on = result.dataset.empty() ? result.task : result.dataset;
  if (!on.empty()) out += " on " + on;
  return printable(out, 200);
}

}  // namespace

std::optional<bool> verdict(const EvaluationReport::Result& result) {
  const auto value = decimal(result.value), threshold = decimal(result.threshold);
  if (!value || !threshold) return result.passed;
  return result.at_least ? *value >= *threshold : *value <= *threshold;
}

Result<EvaluationReport> parse_evaluation(std::string_view text, std::string_view file) {
  if (!form()) return Error(form().error()).with_kind(ErrorKind::internal);
  auto report = foreign(text, file);
  if (!report) report = own_report(TRY(form()->read(text, file)));
  report->source = source_name(file);
  TRY(check(*report, file));
  if (report->results.empty())
    return Error(ErrorKind::usage, std::string(file) + ": no result that is a number");
  return *std::move(report);
}

void add_evaluation(const EvaluationReport& report, ModelInfo& info) {
  for (const auto& each : report.results) {
    Evaluation one{each.task,   each.dataset, each.config,  each.split,
                   each.metric, each.value,   report.source};
    one.lower = each.lower;
    one.upper = each.upper;
    one.details = each.details;
    info.evaluations.push_back(std::move(one));
    if (verdict(each).value_or(true)) continue;
    std::string message = named(each) + " did not pass";
    if (!each.threshold.empty()) {
      message +=
          ": expected " + std::string(each.at_least ? "at least " : "at most ") + each.threshold;
    }
    const std::string fix =
        "do not release the model before it passes, or before the threshold is revised";
    if (each.safety) {
      add_finding(info, Severity::high, "safety-failed", report.source, message, fix);
    } else {
      add_finding(info, Severity::medium, "evaluation-failed", report.source, message, fix);
    }
  }
  info.reports.push_back(report);
}

}  // namespace mpk::model
