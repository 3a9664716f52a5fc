// Model card: YAML front matter (hub-docs, modelcard.md) and the prose below it.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/card_text.hpp"
#include "model/collect.hpp"
#include "model/front_matter.hpp"
#include "model/huggingface.hpp"
#include "model/license.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::model {
namespace {

const Json* object_member(const Json& object, std::string_view key) {
  const auto member = object.find(key);
  return member != object.end() && member->is_object() ? &*member : nullptr;
}

const Json* array_member(const Json& object, std::string_view key) {
  const auto member = object.find(key);
  return member != object.end() && member->is_array() ? &*member : nullptr;
}

void add_results(const Json& result, const std::string& source, ModelInfo& info) {
  const Json* metrics = array_member(result, "metrics");
  if (!metrics) return;
  Evaluation common;
  common.source = source;
  if (const Json* task = object_member(result, "task")) {
    common.task = string_member(*task, "type");
    set_if_empty(common.task, string_member(*task, "name"));
  }
  if (const Json* dataset = object_member(result, "dataset")) {
    common.dataset = string_member(*dataset, "type");
    set_if_empty(common.dataset, string_member(*dataset, "name"));
    common.config = string_member(*dataset, "config");
    common.split = string_member(*dataset, "split");
  }
  for (const Json& metric : *metrics) {
    if (info.evaluations.size() >= kListItems) return;
    const auto value = metric.find("value");
    if (value == metric.end()) continue;
    Evaluation one = common;
    one.metric = string_member(metric, "type");
    set_if_empty(one.metric, string_member(metric, "name"));
    one.value = scalar_text(*value);
    if (!one.metric.empty() && !one.value.empty()) info.evaluations.push_back(std::move(one));
  }
}

void add_model_index(const Json& card, const std::string& source, ModelInfo& info) {
  const Json* index = array_member(card, "model-index");
  if (!index) return;
  for (const Json& model : *index) {
    set_if_empty(info.name, string_member(model, "name"));
    const Json* results = array_member(model, "results");
    if (!results) continue;
    for (const Json& result : *results) add_results(result, source, info);
  }
}

/// "en, de" and lists; a card says "multilingual" or "code" too.
void add_lists(const Json& card, const std::string& source, ModelInfo& info) {
  for (const auto& language : string_or_list(card, "language")) {
    add_unique(info.languages, language);
  }
  for (const auto& tag : string_or_list(card, "tags")) add_unique(info.tags, tag);
  for (const auto& dataset : string_or_list(card, "datasets")) add_dataset(info, dataset, source);
  const std::string relation = string_member(card, "base_model_relation");
  const auto bases = string_or_list(card, "base_model");
  for (const auto& base : bases) add_base_model(info, {base, relation, {}, source});
  if (!relation.empty() && bases.empty()) {
    add_finding(info, Severity::medium, "base-model-missing", source,
                "base_model_relation is " + printable(relation, 80) + ", there is no base_model",
                "name the base model", "/base_model_relation");
  }
  for (const auto& license : string_or_list(card, "license")) {
    add_license(info, license_from_huggingface(license, string_member(card, "license_name"),
                                               string_member(card, "license_link"), source));
  }
}

/// A number, or an object with "emissions"; grams (hub-docs, model-cards-co2.md).
void add_emissions(const Json& card, ModelInfo& info) {
  auto member = card.find("co2_eq_emissions");
  if (member == card.end()) return;
  const Json* value = &*member;
  if (value->is_object()) {
    member = value->find("emissions");
    if (member == value->end()) return;
    value = &*member;
  }
  if (value->is_number() && value->get<double>() >= 0) info.co2_grams = value->get<double>();
}

void add_front_matter(const Json& card, const std::string& source, ModelInfo& info) {
  add_lists(card, source, info);
  add_model_index(card, source, info);
  add_emissions(card, info);
  set_if_empty(info.name, string_member(card, "model_name"));
  set_if_empty(info.task, string_member(card, "pipeline_tag"));
  set_if_empty(info.library, string_member(card, "library_name"));
  if (!info.name.empty()) {
    info.size_claims.push_back({"name", info.name, Tier::declared, source});
  }
}

Result<void> read_front_matter(std::string_view yaml, const std::string& source, ModelInfo& info) {
  const Json card = TRY(parse_front_matter(yaml, source));
  if (card.is_object()) add_front_matter(card, source, info);
  return {};
}

void broken(ModelInfo& info, const std::string& path, const Error& error) {
  add_finding(info, Severity::medium, "card-unreadable", path, error.text(),
              "correct the front matter: what it says is missing from the description");
}

}  // namespace

void read_model_card(const FileHead& readme, ModelInfo& info) {
  const auto parts = split_card(readme.bytes);
  if (!parts) return broken(info, readme.path, parts.error());
  if (!readme.whole && readme.size > limits::kTextFile) {
    broken(info, readme.path,
           Error(ErrorKind::too_large, "card is larger than " + human_size(limits::kTextFile)));
  }
  if (auto read = read_front_matter(parts->front_matter, readme.path, info); !read) {
    broken(info, readme.path, read.error());
  }
  if (!is_valid_utf8(parts->body)) {
    return broken(info, readme.path, Error(ErrorKind::malformed, "card is not UTF-8"));
  }
  const CardText text = read_card_text(parts->body);
  set_if_empty(info.description, text.description);
  set_if_empty(info.intended_use, text.intended_use);
  set_if_empty(info.limitations, text.limitations);
  set_if_empty(info.risks, text.risks);
  if (!text.title.empty()) {
    info.size_claims.push_back({"name", text.title, Tier::declared, readme.path});
  }
  for (const std::string& claim : text.parameters) {
    info.size_claims.push_back({"parameters", claim, Tier::declared, readme.path});
  }
}

}  // namespace mpk::model
