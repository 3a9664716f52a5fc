// Reading a training file.
#include "model/training.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "json/form.hpp"
#include "json/lookup.hpp"
#include "model/forms.hpp"
#include "model/license.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace mpk::model {
namespace {

const Result<json::Form>& form() {
  static const Result<json::Form> compiled =
      json::Form::compile(training_schema(), "docs/training.md shows a whole file")
          .with("embedded training schema");
  return compiled;
}

std::vector<License> license(const Json& from, const std::string& source) {
  std::vector<License> out;
  if (auto id = said(from, "license"); !id.empty())
    out.push_back(license_from_huggingface(id, "", "", source));
  return out;
}

// Behind the last '@'; the schema has seen to it that there is one.
std::string digest_of(const std::string& reference) {
  const auto at = reference.rfind('@');
  return at == reference.npos ? std::string() : reference.substr(at + 1);
}

BaseModel base_model(const Json& from, const std::string& source) {
  BaseModel out{.name = said(from, "name"),
                .relation = said(from, "relation"),
                .revision = said(from, "revision"),
                .source = source};
  out.reference = said(from, "reference");
  out.digest = digest_of(out.reference);
  out.licenses = license(from, source);
  out.bom = said(json::member(from, "aibom"), "url");
  out.bom_digest = said(json::member(from, "aibom"), "digest");
  return out;
}

std::vector<Party> parties(const Json& from, std::string_view key) {
  std::vector<Party> out;
  for (const Json& each : json::items(from, key)) out.push_back(said_party(each));
  return out;
}

Dataset dataset(const Json& from, const std::string& source) {
  Dataset out{.name = said(from, "name"), .source = source};
  out.revision = said(from, "revision");
  out.digest = said(from, "digest");
  out.reference = said(from, "reference");
  if (out.digest.empty()) out.digest = digest_of(out.reference);
  out.url = said(from, "url");
  out.description = said(from, "description");
  out.classification = said(from, "classification");
  out.roles = said_list(from, "role");
  out.sensitive = said_list(from, "sensitiveData");
  out.licenses = license(from, source);
  const Json& governance = json::member(from, "governance");
  out.governance = {.owners = parties(governance, "owners"),
                    .custodians = parties(governance, "custodians"),
                    .stewards = parties(governance, "stewards")};
  if (auto size = said(from, "size"); !size.empty())
    out.facts.push_back({"size", std::move(size), Tier::declared, source});
  return out;
}

std::vector<TrainingRun::Hardware> hardware(const Json& root) {
  std::vector<TrainingRun::Hardware> out;
  for (const Json& each : json::items(root, "hardware")) {
    TrainingRun::Hardware one{.accelerator = said(each, "accelerator"),
                              .provider = said(each, "provider"),
                              .region = said(each, "region"),
                              .count = {},
                              .hours = {}};
    if (const Json& count = json::member(each, "count"); count.is_number())
      one.count = static_cast<std::uint64_t>(count.get<double>());
    if (const Json& hours = json::member(each, "hours"); hours.is_number())
      one.hours = hours.get<double>();
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<TrainingRun::Energy> energy(const Json& root, const std::string& activity) {
  constexpr std::pair<std::string_view, int> kUnits[] = {
      {"co2Grams", -6}, {"co2Kilograms", -3}, {"co2Tonnes", 0}};
  std::vector<TrainingRun::Energy> out;
  for (const Json& each : json::items(root, "energy")) {
    TrainingRun::Energy one{.activity = said(each, "activity"),
                            .source = said(each, "source"),
                            .provider = said_party(json::member(each, "provider")),
                            .kwh = json::member(each, "kWh").get<double>(),
                            .co2_tonnes = {}};
    if (one.activity.empty()) one.activity = activity;
    for (const auto& [key, exponent] : kUnits) {
      const Json& value = json::member(each, key);
      if (value.is_number()) one.co2_tonnes = scaled(value.get<double>(), exponent);
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<TrainingRun::Parameter> hyperparameters(const Json& root) {
  std::vector<TrainingRun::Parameter> out;
  const Json& all = json::member(root, "hyperparameters");
  if (!all.is_object()) return out;
  for (const auto& [name, value] : all.items()) {
    const char* type = value.is_boolean() ? "boolean" : value.is_number() ? "number" : "string";
    out.push_back(
        {name, value.is_string() ? value.get<std::string>() : json::compact(value), type});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

TrainingRun run_of(const Json& root, const std::string& source) {
  TrainingRun out;
  out.source = source;
  for (const auto& [key, target] : {std::pair{"runId", &out.id},
                                    {"name", &out.name},
                                    {"description", &out.description},
                                    {"activity", &out.activity},
                                    {"approach", &out.approach},
                                    {"method", &out.method},
                                    {"start", &out.start},
                                    {"end", &out.end},
                                    {"command", &out.command},
                                    {"flops", &out.flops}})
    *target = said(root, key);
  if (out.activity.empty())
    out.activity = json::items(root, "baseModels").empty() ? "training" : "fine-tuning";
  const Json& code = json::member(root, "code");
  out.code_repository = said(code, "repository");
  out.code_commit = said(code, "commit");
  out.code_path = said(code, "path");
  const Json& container = json::member(root, "container");
  out.container_image = said(container, "image");
  out.container_digest = said(container, "digest");
  for (const Json& each : json::items(root, "frameworks"))
    out.frameworks.push_back({said(each, "name"), said(each, "version"), said(each, "purl")});
  out.hardware = hardware(root);
  out.hyperparameters = hyperparameters(root);
  out.energy = energy(root, out.activity);
  for (const Json& each : json::items(root, "byproducts")) {
    out.byproducts.push_back(
        {said(each, "name"), said(each, "kind"), said(each, "url"), said(each, "digest")});
  }
  return out;
}

// What a schema can't say.
Result<void> check(const TrainingFile& training, std::string_view file) {
  const auto refuse = [&](const std::string& message) {
    return Error(ErrorKind::usage, std::string(file) + ": " + message);
  };
  const auto& run = training.run;
  if (!run.start.empty() && !run.end.empty() &&
      TRY(Timestamp::parse(run.end)) < TRY(Timestamp::parse(run.start)))
    return refuse("$.end: " + run.end + " is before the start, " + run.start);
  std::set<std::string> bases;
  for (const auto& each : training.base_models) {
    if (!bases.insert(each.name).second)
      return refuse("$.baseModels: " + printable(each.name, 100) + " is there twice");
  }
  std::set<std::string> datasets;
  for (const auto& each : training.datasets) {
    if (!datasets.insert(each.name).second)
      return refuse("$.datasets: " + printable(each.name, 100) + " is there twice");
  }
  return {};
}

}  // namespace

Result<TrainingFile> parse_training(std::string_view text, std::string_view file) {
  if (!form()) return Error(form().error()).with_kind(ErrorKind::internal);
  const Json root = TRY(form()->read(text, file));
  const auto source = source_name(file);
  TrainingFile out{.run = run_of(root, source), .base_models = {}, .datasets = {}};
  for (const Json& each : json::items(root, "baseModels"))
    out.base_models.push_back(base_model(each, source));
  for (const Json& each : json::items(root, "datasets"))
    out.datasets.push_back(dataset(each, source));
  TRY(check(out, file));
  return out;
}

}  // namespace mpk::model
