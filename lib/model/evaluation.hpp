// Evaluation files (docs/evaluation.md): mpk's own form, and what other tools write.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"
#include "model/info.hpp"

#include <string>
#include <string_view>

namespace mpk::model {

/// By content: mpk's own form in YAML or JSON, lm-evaluation-harness's results_*.json, or Hugging
/// Face's .eval_results/*.yaml. `file` is for messages, its last part is the source of all facts.
/// usage, with the place where it can be told: another form; bounds of an interval in the wrong
/// order or not around the value; a verdict that its threshold contradicts.
Result<EvaluationReport> parse_evaluation(std::string_view text, std::string_view file);

/// Results as metrics of the model; a result that did not pass is a finding: safety-failed (high),
/// evaluation-failed (medium). check_lineage() comes after, it sorts the findings.
void add_evaluation(const EvaluationReport& report, ModelInfo& info);

/// Whether the result reaches its threshold; what was said without one; nullopt: nobody says.
std::optional<bool> verdict(const EvaluationReport::Result& result);

/// The results of lm-evaluation-harness: "results" by task, "configs", "versions", "n-shot" (its
/// result_schema.py). Values that are no numbers ("N/A") are left out; ± 1.96 of a standard error
/// is the confidence interval.
bool is_lm_eval(const Json& root);
EvaluationReport read_lm_eval(const Json& root);

/// A list of {dataset: {id, task_id, revision}, value, date, source} (huggingface.co/docs/hub/
/// eval-results).
bool is_hub_results(const Json& root);
EvaluationReport read_hub_results(const Json& root);

}  // namespace mpk::model
