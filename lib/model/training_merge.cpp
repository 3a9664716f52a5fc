// A training file's base models and datasets beside those that the model's own files name.
#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/training.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace mpk::model {
namespace {

template <class T>
void fill(std::vector<T>& list, std::vector<T> more) {
  if (list.empty()) list = std::move(more);
}

// One entry of a document stands for all of it, so it names everybody who said something.
void add_source(std::string& sources, const std::string& more) {
  for (const auto source : split(sources, ',')) {
    if (trim(source) == more) return;
  }
  sources += (sources.empty() ? "" : ", ") + more;
}

// A branch that a card names gives way to a commit: the commit says which state of it was taken.
bool is_moving(const std::string& revision) { return revision.size() < 40; }

}  // namespace

void merge_base_model(ModelInfo& info, BaseModel base) {
  const auto known =
      std::find_if(info.base_models.begin(), info.base_models.end(),
                   [&](const BaseModel& other) { return iequals_ascii(other.name, base.name); });
  if (known == info.base_models.end()) {
    info.base_models.push_back(std::move(base));
    return;
  }
  const auto merge = [&](const char* what, std::string& target, const std::string& value,
                         bool replace) {
    if (value.empty() || target == value) return;
    if (target.empty() || replace) {
      target = value;
      return;
    }
    add_finding(info, Severity::medium, "base-model-contradicts", base.source,
                std::string(what) + " of " + printable(base.name, 100) + " is " +
                    printable(value, 100) + ", " + printable(known->source, 100) + " says " +
                    printable(target, 100),
                "make both name the same base model");
  };
  merge("relation", known->relation, base.relation, false);
  merge("revision", known->revision, base.revision, is_moving(known->revision));
  merge("digest", known->digest, base.digest, false);
  add_source(known->source, base.source);
  set_if_empty(known->reference, base.reference);
  set_if_empty(known->bom, base.bom);
  set_if_empty(known->bom_digest, base.bom_digest);
  fill(known->licenses, std::move(base.licenses));
}

void merge_dataset(ModelInfo& info, Dataset dataset) {
  const auto known = std::find_if(info.datasets.begin(), info.datasets.end(),
                                  [&](const Dataset& other) { return other.name == dataset.name; });
  if (known == info.datasets.end()) {
    info.datasets.push_back(std::move(dataset));
    return;
  }
  add_source(known->source, dataset.source);
  for (const auto& [target, value] : {std::pair{&known->revision, &dataset.revision},
                                      {&known->digest, &dataset.digest},
                                      {&known->reference, &dataset.reference},
                                      {&known->url, &dataset.url},
                                      {&known->description, &dataset.description},
                                      {&known->classification, &dataset.classification}})
    set_if_empty(*target, *value);
  fill(known->roles, std::move(dataset.roles));
  fill(known->sensitive, std::move(dataset.sensitive));
  fill(known->licenses, std::move(dataset.licenses));
  fill(known->governance.owners, std::move(dataset.governance.owners));
  fill(known->governance.custodians, std::move(dataset.governance.custodians));
  fill(known->governance.stewards, std::move(dataset.governance.stewards));
  for (auto& fact : dataset.facts) known->facts.push_back(std::move(fact));
}

void add_training(const TrainingFile& training, ModelInfo& info) {
  info.training = training.run;
  for (const auto& base : training.base_models) merge_base_model(info, base);
  for (const auto& dataset : training.datasets) merge_dataset(info, dataset);
}

}  // namespace mpk::model
