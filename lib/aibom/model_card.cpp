// modelCard: parameters, evaluations, considerations.
#include "aibom/draft.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/wording.hpp"
#include "model/tasks.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

namespace mpk::aibom {
namespace {

const std::string kCard = std::string(kModelPointer) + "/modelCard";

Json formats(std::string_view what, const std::vector<std::string>& types, Draft& draft) {
  std::set<std::string> sorted;
  for (const auto& type : types) {
    if (auto name = one_line(type); !name.empty()) sorted.insert(name);
  }
  auto kept = draft.keep(what, sorted.size());
  Json out = Json::array();
  for (const auto& name : sorted) {
    if (out.size() == kept) break;
    out.push_back({{"format", name}});
  }
  return out;
}

Json parameters(Draft& draft) {
  using model::Tier;
  const auto& info = draft.info;
  Json out = Json::object();
  auto fact = [&](const char* name, const std::string& value, Tier tier,
                  const std::string& source) {
    auto shown = one_line(value);
    if (shown.empty()) return;
    out[name] = shown;
    draft.tiers.add(kCard + "/modelParameters/" + name, tier, source);
  };
  auto list = [&](const char* name, Json values) {
    if (values.empty()) return;
    out[name] = std::move(values);
    draft.tiers.add(kCard + "/modelParameters/" + name, Tier::inferred);
  };
  fact("task", info.task, Tier::declared, draft.sole_source(is_card));
  if (info.task.empty())
    fact("task", std::string(model::usual_task(info.architecture)), Tier::inferred,
         draft.sole_source(is_config));
  fact("architectureFamily", info.family, Tier::inferred,
       draft.sole_source([](auto path) { return is_config(path) || is_gguf(path); }));
  fact("modelArchitecture", info.architecture, Tier::inferred, draft.sole_source(is_config));
  list("inputs", formats("inputs", info.input_types, draft));
  list("outputs", formats("outputs", info.output_types, draft));
  if (info.training && !info.training->approach.empty()) {
    out["approach"] = {{"type", info.training->approach}};
    draft.tiers.add(kCard + "/modelParameters/approach/type", Tier::declared,
                    info.training->source);
  }
  Json datasets = Json::array();
  for (const auto& ref : draft.dataset_refs) datasets.push_back({{"ref", ref}});
  if (!datasets.empty()) out["datasets"] = std::move(datasets);
  return out;
}

std::string slice(const model::Evaluation& evaluation) {
  std::string out;
  for (const auto& [name, value] : {std::pair{"task", evaluation.task},
                                    {"dataset", evaluation.dataset},
                                    {"config", evaluation.config},
                                    {"split", evaluation.split}}) {
    if (value.empty()) continue;
    if (!out.empty()) out += ";";
    out += std::string(name) + "=" + one_line(value);
  }
  for (const auto& [name, value] : evaluation.details) {
    if (!out.empty()) out += ";";
    out += one_line(name) + "=" + one_line(value);
  }
  return out;
}

Json performance_metrics(Draft& draft) {
  auto all = draft.info.evaluations;
  auto key = [](const model::Evaluation& e) {
    return std::tie(e.task, e.dataset, e.config, e.split, e.metric, e.value, e.source, e.details,
                    e.lower, e.upper);
  };
  std::sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  auto kept = draft.keep("evaluations", all.size());
  Json out = Json::array();
  for (std::size_t i = 0; i < kept; ++i) {
    auto metric = one_line(all[i].metric), value = one_line(all[i].value);
    if (metric.empty() || value.empty()) continue;
    draft.tiers.add(
        kCard + "/quantitativeAnalysis/performanceMetrics/" + std::to_string(out.size()),
        model::Tier::declared, all[i].source);
    Json entry = {{"type", metric}, {"value", value}};
    if (auto where = slice(all[i]); !where.empty()) entry["slice"] = where;
    if (!all[i].lower.empty() && !all[i].upper.empty()) {
      entry["confidenceInterval"] = {{"lowerBound", one_line(all[i].lower)},
                                     {"upperBound", one_line(all[i].upper)}};
    }
    out.push_back(std::move(entry));
  }
  return out;
}

Json considerations(Draft& draft) {
  const auto& info = draft.info;
  auto card = draft.sole_source(is_card);
  Json out = Json::object();
  for (const auto& [name, words] : {std::pair{"useCases", paragraphs(info.intended_use)},
                                    {"technicalLimitations", paragraphs(info.limitations)}}) {
    if (words.empty()) continue;
    out[name] = Json::array({words});
    draft.tiers.add(kCard + "/considerations/" + name + "/0", model::Tier::declared, card);
  }
  if (auto words = paragraphs(info.risks); !words.empty()) {
    out["ethicalConsiderations"] = Json::array({{{"name", words}}});
    draft.tiers.add(kCard + "/considerations/ethicalConsiderations/0", model::Tier::declared, card);
  }
  // An energyConsumption needs an energy figure, and emissions alone give none: a property then.
  if (info.co2_grams && std::isfinite(*info.co2_grams) && *info.co2_grams >= 0) {
    Properties list(kCard + "/considerations/environmentalConsiderations/properties", draft.tiers);
    list.add(own(kEmissions), fmt::format("{}", *info.co2_grams), model::Tier::declared, card);
    out["environmentalConsiderations"] = {{"properties", list.to_json()}};
  }
  if (auto energy = energy_consumptions(draft); !energy.empty())
    out["environmentalConsiderations"]["energyConsumptions"] = std::move(energy);
  return out;
}

}  // namespace

Json model_card(Draft& draft) {
  Json out = Json::object();
  auto put = [&](const char* name, Json part) {
    if (!part.empty()) out[name] = std::move(part);
  };
  put("modelParameters", parameters(draft));
  auto metrics = performance_metrics(draft);
  if (!metrics.empty()) out["quantitativeAnalysis"] = {{"performanceMetrics", std::move(metrics)}};
  put("considerations", considerations(draft));
  put("properties", taxonomy_properties(draft));
  return out;
}

}  // namespace mpk::aibom
