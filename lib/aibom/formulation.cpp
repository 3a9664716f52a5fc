// formulation: the training run as a workflow (CycloneDX 1.6): what went in, what was run on what,
// what came out.
#include "aibom/draft.hpp"
#include "aibom/formulation_parts.hpp"
#include "aibom/lineage_parts.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/wording.hpp"
#include "model/lineage.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace mpk::aibom {
namespace {

constexpr std::string_view kRunRef = "training:";

void add_once(Json& list, Json value) {
  if (list.size() < kListLength && std::find(list.begin(), list.end(), value) == list.end())
    list.push_back(std::move(value));
}

Json resource(const std::string& ref) { return {{"resource", {{"ref", ref}}}}; }

Json inputs(const Draft& draft, const model::TrainingRun& run, const RunParts& parts) {
  Json out = Json::array();
  for (const auto& base : model::ordered_base_models(draft.info))
    add_once(out, resource(base_ref(base)));
  for (const auto& ref : draft.dataset_refs) add_once(out, resource(ref));
  if (!parts.code.empty()) add_once(out, resource(parts.code));
  Json parameters = Json::array();
  for (const auto& each : run.hyperparameters) {
    auto name = one_line(each.name), value = one_line(each.value);
    if (!name.empty()) {
      parameters.push_back(
          {{"name", std::move(name)}, {"value", std::move(value)}, {"dataType", each.type}});
    }
  }
  if (!parameters.empty()) out.push_back({{"parameters", std::move(parameters)}});
  return out;
}

Json outputs(const model::TrainingRun& run) {
  Json out = Json::array();
  out.push_back({{"type", "artifact"}, {"resource", {{"ref", std::string(kModelRef)}}}});
  for (const auto& each : run.byproducts) {
    const auto name = one_line(each.name);
    // What was left without an address is still told, by its digest and name.
    auto link = reference_to(each.kind == "log" ? "log" : "other", each.url, each.digest, name);
    if (!link.empty()) {
      add_once(out, {{"type", each.kind}, {"resource", {{"externalReference", std::move(link)}}}});
      continue;
    }
    Json one = {{"type", each.kind}, {"data", {{"content", name}, {"contentType", "text/plain"}}}};
    if (!each.digest.empty()) {
      one["properties"] =
          Json::array({{{"name", own(kTraining) + "byproduct:digest"}, {"value", each.digest}}});
    }
    add_once(out, std::move(one));
  }
  return out;
}

// What ran on what: the run on its machines and in its image, the image with its libraries.
Json topology(const std::string& run, const RunParts& parts) {
  std::vector<std::string> below = parts.hardware;
  if (parts.container.empty()) {
    below.insert(below.end(), parts.frameworks.begin(), parts.frameworks.end());
  } else {
    below.push_back(parts.container);
  }
  const auto unique = [](std::vector<std::string> refs) {
    Json out = Json::array();
    for (auto& ref : refs) add_once(out, std::move(ref));
    return out;
  };
  Json out = Json::array();
  if (!below.empty()) out.push_back({{"ref", run}, {"dependsOn", unique(below)}});
  if (!parts.container.empty() && !parts.frameworks.empty())
    out.push_back({{"ref", parts.container}, {"dependsOn", unique(parts.frameworks)}});
  return out;
}

Json steps(const model::TrainingRun& run) {
  Json out = Json::array();
  if (!run.code_path.empty() && run.command.empty())
    out.push_back({{"name", run.activity}, {"description", one_line(run.code_path)}});
  if (run.command.empty()) return out;
  Json step = {{"name", run.activity},
               {"commands", Json::array({{{"executed", paragraphs(run.command)}}})}};
  if (!run.code_path.empty()) step["description"] = one_line(run.code_path);
  out.push_back(std::move(step));
  return out;
}

Json workflow(const Draft& draft, const model::TrainingRun& run, const RunParts& parts) {
  const auto id = run.id.empty() ? run.activity : one_line(run.id);
  const auto ref = std::string(kRunRef) + id;
  Json types = Json::array();
  if (!parts.code.empty()) types.push_back("clone");
  types.push_back("build");
  Json out = {{"bom-ref", ref}, {"uid", id}, {"taskTypes", std::move(types)}};
  const auto put = [&](const char* name, Json value) {
    if (!value.empty()) out[name] = std::move(value);
  };
  const auto say = [&](const char* name, std::string words) {
    if (!words.empty()) out[name] = std::move(words);
  };
  say("name", one_line(run.name));
  say("description", paragraphs(run.description));
  say("timeStart", run.start);
  say("timeEnd", run.end);
  put("inputs", inputs(draft, run, parts));
  put("outputs", outputs(run));
  put("steps", steps(run));
  put("runtimeTopology", topology(ref, parts));
  Json properties = Json::array();
  for (const auto& [name, value] :
       {std::pair{"activity", &run.activity}, {"flops", &run.flops}, {"method", &run.method}}) {
    if (!value->empty())
      properties.push_back({{"name", own(kTraining) + name}, {"value", one_line(*value)}});
  }
  put("properties", std::move(properties));
  return out;
}

}  // namespace

Json formulation(Draft& draft) {
  if (!draft.info.training) return Json::array();
  const auto& run = *draft.info.training;
  const auto parts = run_parts(run);
  for (std::size_t i = 0; i < parts.components.size(); ++i) {
    draft.tiers.add("/formulation/0/components/" + std::to_string(i), model::Tier::declared,
                    run.source);
  }
  draft.tiers.add("/formulation/0/workflows/0", model::Tier::declared, run.source);
  Json formula = {{"bom-ref", "formula:training"},
                  {"workflows", Json::array({workflow(draft, run, parts)})}};
  if (!parts.components.empty()) formula["components"] = parts.components;
  return Json::array({std::move(formula)});
}

}  // namespace mpk::aibom
