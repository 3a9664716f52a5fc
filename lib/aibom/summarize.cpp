// summarize: the facts of any CycloneDX document that describes a model.
#include "aibom/agree.hpp"
#include "aibom/described_files.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace mpk::aibom {
namespace {

std::string first_of(const std::string& a, const std::string& b) { return a.empty() ? b : a; }

void add_once(std::vector<std::string>& list, const std::string& value) {
  if (!value.empty() && std::find(list.begin(), list.end(), value) == list.end())
    list.push_back(value);
}

std::vector<std::string> licenses(const Json& model) {
  std::vector<std::string> out;
  for (const auto& entry : items(member(model, "licenses"))) {
    const auto& license = member(entry, "license");
    add_once(out, first_of(text(license, "id"), text(license, "name")));
    add_once(out, text(entry, "expression"));
  }
  return out;
}

std::vector<std::string> base_models(const Json& model) {
  std::vector<std::string> out;
  const auto& pedigree = member(model, "pedigree");
  for (const auto& base : items(member(pedigree, "ancestors"))) {
    const auto& group = text(base, "group");
    std::string name = group.empty() ? text(base, "name") : group + "/" + text(base, "name");
    const auto relation = base_relation(pedigree, base);
    if (!name.empty() && !relation.empty()) name += " (" + relation + ")";
    add_once(out, name);
  }
  return out;
}

std::vector<std::string> datasets(const Json& bom, const Json& parameters) {
  std::map<std::string, std::string> names;  // bom-ref → name
  each_component(member(bom, "components"), [&](const Json& component) {
    // An inline dataset has no ref, and must not find a component that has none either.
    if (const auto& ref = text(component, "bom-ref"); !ref.empty())
      names.emplace(ref, text(component, "name"));
  });
  std::vector<std::string> out;
  for (const auto& dataset : items(member(parameters, "datasets"))) {
    auto named = names.find(text(dataset, "ref"));
    add_once(out, named == names.end() ? first_of(text(dataset, "name"), text(dataset, "ref"))
                                       : named->second);
  }
  return out;
}

std::string training(const Json& bom) {
  for (const auto& formula : items(member(bom, "formulation"))) {
    for (const auto& workflow : items(member(formula, "workflows"))) {
      const auto &start = text(workflow, "timeStart"), &end = text(workflow, "timeEnd");
      auto out = text(workflow, "uid");
      if (!start.empty() || !end.empty())
        out.append(" · ").append(start).append(" to ").append(end);
      return out;
    }
  }
  return {};
}

std::vector<std::string> evaluations(const Json& card) {
  std::vector<std::string> out;
  for (const auto& metric :
       items(member(member(card, "quantitativeAnalysis"), "performanceMetrics"))) {
    const auto& slice = text(metric, "slice");
    add_once(out, text(metric, "type") + " " + text(metric, "value") +
                      (slice.empty() ? "" : " (" + slice + ")"));
  }
  return out;
}

}  // namespace

Summary summarize(const Json& bom) {
  const auto& model = subject(bom);
  const auto& card = member(model, "modelCard");
  const auto& parameters = member(card, "modelParameters");
  Summary out;
  out.name = text(model, "name");
  if (const auto& group = text(model, "group"); !group.empty()) out.name = group + "/" + out.name;
  out.version = text(model, "version");
  out.spec_version = text(bom, "specVersion");
  out.serial_number = text(bom, "serialNumber");
  out.architecture = text(parameters, "modelArchitecture");
  out.family = text(parameters, "architectureFamily");
  out.task = text(parameters, "task");
  out.quantization = property(card, "cdx:ai-ml:model:hyperparameter:quantization");
  // What was counted is exact; the taxonomy's count is rounded ("8B").
  out.parameters = first_of(property(model, own(kParameters)),
                            property(card, "cdx:ai-ml:model:parameter:count"));
  out.context_length = property(card, "cdx:ai-ml:model:hyperparameter:context_length");
  out.licenses = licenses(model);
  out.base_models = base_models(model);
  out.datasets = datasets(bom, parameters);
  out.files = count(described_files(bom));
  out.training = training(bom);
  out.evaluations = evaluations(card);
  for (const auto& each : items(member(model, "properties"))) {
    if (text(each, "name") == own(kFinding)) out.findings.push_back(text(each, "value"));
  }
  return out;
}

}  // namespace mpk::aibom
