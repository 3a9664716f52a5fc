// The results of lm-evaluation-harness (0.4 and later; its result_schema.py names the members).
#include "base/time.hpp"
#include "json/lookup.hpp"
#include "model/collect.hpp"
#include "model/evaluation.hpp"
#include "model/forms.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <utility>

namespace mpk::model {
namespace {

constexpr double kNormal95 = 1.96;  // two-sided 95 % of a normal distribution

struct Task {
  std::string name, shots;
  const Json& config;
};

void add_interval(const Json& metrics, const std::string& metric, const std::string& filter,
                  double value, EvaluationReport::Result& out) {
  const Json& error = json::member(metrics, metric + "_stderr," + filter);
  if (!error.is_number() || !(error.get<double>() > 0)) return;
  const double half = kNormal95 * error.get<double>();
  // Six digits are more than a sampling error means.
  out.lower = fmt::format("{:.6g}", value - half);
  out.upper = fmt::format("{:.6g}", value + half);
}

void add_metrics(const Task& task, const Json& metrics, EvaluationReport& out) {
  for (const auto& [key, value] : metrics.items()) {
    const auto comma = key.find(',');
    if (comma == key.npos || !value.is_number() || out.results.size() >= kListItems) continue;
    const auto metric = key.substr(0, comma), filter = key.substr(comma + 1);
    if (metric.ends_with("_stderr") || !std::isfinite(value.get<double>())) continue;
    EvaluationReport::Result one;
    one.task = task.name;
    one.metric = cut(metric, kShortText);
    one.value = json::compact(value);
    one.dataset = string_member(task.config, "dataset_path");
    one.config = string_member(task.config, "dataset_name");
    // The harness evaluates on the test split, and where there is none on the validation split.
    for (const auto* split : {"test_split", "validation_split"})
      set_if_empty(one.split, string_member(task.config, split));
    const Json& arguments = json::member(task.config, "dataset_kwargs");
    if (arguments.is_object()) {
      if (auto revision = string_member(arguments, "revision"); !revision.empty())
        one.details.emplace_back("revision", std::move(revision));
    }
    if (!task.shots.empty()) one.details.emplace_back("shots", task.shots);
    if (filter != "none") one.details.emplace_back("filter", cut(filter, kShortText));
    add_interval(metrics, metric, filter, value.get<double>(), one);
    out.results.push_back(std::move(one));
  }
}

}  // namespace

bool is_lm_eval(const Json& root) {
  return root.is_object() && json::member(root, "results").is_object() &&
         json::member(root, "versions").is_object() &&
         (root.contains("n-shot") || root.contains("configs") || root.contains("lm_eval_version"));
}

EvaluationReport read_lm_eval(const Json& root) {
  static const Json kNone = Json::object();
  EvaluationReport out;
  out.harness = "lm-evaluation-harness";
  out.harness_version = string_member(root, "lm_eval_version");
  set_if_empty(out.harness_version, string_member(root, "git_hash"));
  out.harness_url = "https://github.com/EleutherAI/lm-evaluation-harness";
  if (const Json& date = json::member(root, "date"); date.is_number()) {
    const double seconds = date.get<double>();
    if (seconds > 0 && seconds < 1e11)
      out.date = Timestamp::from_seconds(static_cast<std::int64_t>(seconds)).text();
  }
  const Json& limit = json::member(json::member(root, "config"), "limit");
  for (const auto& [name, metrics] : root.at("results").items()) {
    if (!metrics.is_object()) continue;
    const Json& config = json::member(json::member(root, "configs"), name);
    const auto before = out.results.size();
    add_metrics({.name = cut(name, kShortText),
                 .shots = said(json::member(root, "n-shot"), name),
                 .config = config.is_object() ? config : kNone},
                metrics, out);
    auto version = said(json::member(root, "versions"), name);
    for (auto i = before; i < out.results.size(); ++i) {
      if (!version.empty()) out.results[i].details.emplace_back("task-version", version);
      // A part of the data only: not to be compared with a whole run.
      if (limit.is_number()) out.results[i].details.emplace_back("limit", json::compact(limit));
    }
  }
  return out;
}

}  // namespace mpk::model
