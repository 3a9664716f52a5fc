// Hugging Face's .eval_results/*.yaml: scores of a model on registered benchmarks.
#include "json/lookup.hpp"
#include "model/collect.hpp"
#include "model/evaluation.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace mpk::model {
namespace {

bool is_entry(const Json& each) {
  return each.is_object() && json::member(json::member(each, "dataset"), "id").is_string() &&
         each.contains("value");
}

}  // namespace

bool is_hub_results(const Json& root) {
  return root.is_array() && !root.empty() && std::all_of(root.begin(), root.end(), is_entry);
}

EvaluationReport read_hub_results(const Json& root) {
  EvaluationReport out;
  for (const Json& each : root) {
    const Json& value = each.at("value");
    if (!value.is_number() || out.results.size() >= kListItems) continue;
    const Json& dataset = each.at("dataset");
    EvaluationReport::Result one;
    one.dataset = string_member(dataset, "id");
    one.task = string_member(dataset, "task_id");
    // The benchmark has one score, whose name is in the dataset and not here.
    one.metric = "score";
    one.value = json::compact(value);
    for (const auto& [key, text] : {std::pair{"revision", string_member(dataset, "revision")},
                                    {"date", string_member(each, "date")},
                                    {"notes", string_member(each, "notes")}}) {
      if (!text.empty()) one.details.emplace_back(key, text);
    }
    const Json& source = json::member(each, "source");
    if (source.is_object()) one.report.url = string_member(source, "url");
    out.results.push_back(std::move(one));
  }
  return out;
}

}  // namespace mpk::model
