// The model card as an AIPackage (AI profile).
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/spdx_draft.hpp"
#include "aibom/spdx_words.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace mpk::aibom::spdx {
namespace {

// cdx:ai-ml:model:hyperparameter:hidden_size → hidden_size; what is no hyperparameter keeps the
// word that says what it is.
std::string hyperparameter(std::string_view name) {
  struct Row {
    std::string_view prefix, word;
  };
  constexpr auto kRows = std::to_array<Row>({
      {"cdx:ai-ml:model:hyperparameter:", ""},
      {"cdx:ai-ml:model:parameter:", "parameter:"},
      {"cdx:ai-ml:tokenizer:hyperparameter:", "tokenizer:"},
  });
  constexpr std::string_view kUndefined = "_undefined:";
  for (const auto& row : kRows) {
    if (!name.starts_with(row.prefix)) continue;
    name.remove_prefix(row.prefix.size());
    if (name.starts_with(kUndefined)) name.remove_prefix(kUndefined.size());
    return name.empty() ? std::string() : std::string(row.word).append(name);
  }
  // The exact number, where the taxonomy has "8B".
  return name == own(kParameters) ? "parameters" : std::string();
}

void add_parameters(Draft& draft, const Json& card, Json& element) {
  auto& source = draft.source;
  const auto& parameters = member(card, "modelParameters");
  append_once(element, "ai_domain", source.take(parameters, "task"));
  append_once(element, "ai_typeOfModel", source.take(member(parameters, "approach"), "type"));
  for (const auto* key : {"architectureFamily", "modelArchitecture"})
    append_once(element, "ai_typeOfModel", source.take(parameters, key));
  for (const auto* key : {"inputs", "outputs"}) {
    for (const auto& each : items(member(parameters, key))) {
      const auto& format = source.take(each, "format");
      add_line(element, "ai_informationAboutApplication",
               (std::string_view(key) == "inputs" ? "input: " : "output: ") + format, format);
    }
  }
}

void add_metrics(Draft& draft, const Json& card, Json& element) {
  auto& source = draft.source;
  for (const auto& metric :
       items(member(member(card, "quantitativeAnalysis"), "performanceMetrics"))) {
    auto key = source.take(metric, "type");
    if (key.empty()) key = "metric";
    if (const auto& slice = source.take(metric, "slice"); !slice.empty()) key += " (" + slice + ")";
    append(element, "ai_metric", dictionary_entry(key, source.take(metric, "value")));
  }
}

void add_considerations(Draft& draft, const Json& card, Json& element) {
  auto& source = draft.source;
  const auto& considerations = member(card, "considerations");
  struct Row {
    const char *key, *target, *label;
  };
  constexpr auto kRows = std::to_array<Row>({
      {"useCases", "ai_informationAboutApplication", "use case: "},
      {"users", "ai_informationAboutApplication", "user: "},
      {"technicalLimitations", "ai_limitation", ""},
      {"performanceTradeoffs", "ai_limitation", "trade-off: "},
  });
  for (const auto& row : kRows) {
    for (const auto& each : items(member(considerations, row.key))) {
      source.use(each);
      add_line(element, row.target, row.label + text(each), text(each));
    }
  }
}

// An activity that SPDX has a place for; the others stay in the rest.
void add_energy(Draft& draft, const Json& card, Json& element) {
  constexpr auto kActivities = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"fine-tuning", "ai_finetuningEnergyConsumption"},
      {"inference", "ai_inferenceEnergyConsumption"},
      {"deployment", "ai_inferenceEnergyConsumption"},
      {"training", "ai_trainingEnergyConsumption"},
  });
  const auto& environment = member(member(card, "considerations"), "environmentalConsiderations");
  for (const auto& each : items(member(environment, "energyConsumptions"))) {
    const auto* row = std::ranges::find(kActivities, text(each, "activity"),
                                        [](const auto& pair) { return pair.first; });
    const auto& cost = member(each, "activityEnergyCost");
    const auto quantity = decimal(member(cost, "value"));
    if (row == kActivities.end() || quantity.empty() || text(cost, "unit") != "kWh") continue;
    draft.source.use(member(each, "activity"));
    draft.source.use(cost);
    Json amount = Json::object();
    amount["type"] = "ai_EnergyConsumptionDescription";
    amount["ai_energyQuantity"] = quantity;
    amount["ai_energyUnit"] = "kilowattHour";
    auto& energy = element["ai_energyConsumption"];
    if (energy.is_null()) energy = Json::object();
    energy["type"] = "ai_EnergyConsumption";
    append(energy, row->second, std::move(amount));
  }
  add_properties(draft, environment, element);
}

enum class Form { list, line, presence, risk, threshold };
struct Word {
  std::string_view name, target;
  Form form;
  std::string_view label = {};
};

// Names that mpk's overlay and OWASP's generator give to what CycloneDX has no member for: the last
// part of a property's name, in lower case without "-" and "_".
constexpr auto kWords = std::to_array<Word>({
    {"autonomy", "ai_autonomyType", Form::presence},
    {"autonomytype", "ai_autonomyType", Form::presence},
    {"datapreprocessing", "ai_modelDataPreprocessing", Form::list},
    {"decisionthreshold", "ai_metricDecisionThreshold", Form::threshold},
    {"domain", "ai_domain", Form::list},
    {"explainability", "ai_modelExplainability", Form::list},
    {"informationaboutapplication", "ai_informationAboutApplication", Form::line},
    {"informationabouttraining", "ai_informationAboutTraining", Form::line},
    {"integration", "ai_informationAboutApplication", Form::line, "integration: "},
    {"metricdecisionthreshold", "ai_metricDecisionThreshold", Form::threshold},
    {"modeldatapreprocessing", "ai_modelDataPreprocessing", Form::list},
    {"modelexplainability", "ai_modelExplainability", Form::list},
    {"outofscopeuse", "ai_limitation", Form::line, "out of scope: "},
    {"safetyriskassessment", "ai_safetyRiskAssessment", Form::risk},
    {"sensitivepersonalinformation", "ai_useSensitivePersonalInformation", Form::presence},
    {"standardcompliance", "ai_standardCompliance", Form::list},
    {"standards", "ai_standardCompliance", Form::list},
    {"trainingcompute", "ai_informationAboutTraining", Form::line, "compute: "},
    {"trainingmethod", "ai_informationAboutTraining", Form::line, "method: "},
    {"trainingtime", "ai_informationAboutTraining", Form::line, "time: "},
    {"tunemethod", "ai_informationAboutTraining", Form::line, "tune method: "},
    {"typeofmodel", "ai_typeOfModel", Form::list},
    {"usesensitivepersonalinformation", "ai_useSensitivePersonalInformation", Form::presence},
});

std::string last_part(std::string_view name) {
  const auto colon = name.rfind(':');
  if (colon == std::string_view::npos) return {};
  std::string out;
  for (const char c : lower_ascii(name.substr(colon + 1))) {
    if (c != '-' && c != '_') out += c;
  }
  return out;
}

void add_word(Json& element, const Word& word, const std::string& value) {
  const std::string key(word.target);
  switch (word.form) {
    case Form::list:
      return append_once(element, key, value);
    case Form::line:
      return add_line(element, key, std::string(word.label) + value, value);
    case Form::presence:
      return set_text(element, key, presence(value));
    case Form::risk:
      return set_text(element, key, risk(value));
    case Form::threshold: {
      auto [name, threshold] = named_value(value);
      return append(element, key,
                    dictionary_entry(name.empty() ? "decision threshold" : name, threshold));
    }
  }
}

// "refusal_rate is at least 0.95": the form in which mpk writes a requirement that an evaluation is
// held to. Standards stay in the rest as they are; this says it once more where SPDX looks for it.
void add_thresholds(const Json& bom, Json& element) {
  for (const auto& standard : items(member(member(bom, "definitions"), "standards"))) {
    for (const auto& requirement : items(member(standard, "requirements"))) {
      const auto& words = text(requirement, "text");
      for (const auto* relation : {" is at least ", " is at most "}) {
        const auto at = words.find(relation);
        if (at == std::string::npos || at == 0) continue;
        append(element, "ai_metricDecisionThreshold",
               dictionary_entry(words.substr(0, at), words.substr(at + 4)));
      }
    }
  }
}

// They stay where they are, as properties: here they are said once more in SPDX's own words.
void add_words(const Json& properties, Json& element) {
  for (const auto& each : items(properties)) {
    const auto& name = text(each, "name");
    const auto& value = text(each, "value");
    if (value.empty()) continue;
    if (const auto key = hyperparameter(name); !key.empty())
      append(element, "ai_hyperparameter", dictionary_entry(key, value));
    const auto* word = std::ranges::find(kWords, last_part(name), &Word::name);
    if (word != kWords.end()) add_word(element, *word, value);
  }
}

}  // namespace

void fill_model(Draft& draft, const Json& component, Json& element) {
  const auto& card = member(component, "modelCard");
  const auto& ref = draft.source.take(card, "bom-ref");
  if (!ref.empty()) draft.refs.emplace(ref, id_of(element));
  add_parameters(draft, card, element);
  add_considerations(draft, card, element);
  add_metrics(draft, card, element);
  if (&component == &subject(draft.source.bom())) add_thresholds(draft.source.bom(), element);
  add_properties(draft, card, element);
  add_energy(draft, card, element);
  for (const auto* owner : {&component, &card}) add_words(member(*owner, "properties"), element);
}

}  // namespace mpk::aibom::spdx
