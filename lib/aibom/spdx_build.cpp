// Workflows of formulation as builds (Build profile): what a model was trained with, on and when.
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/spdx_draft.hpp"
#include "aibom/spdx_words.hpp"
#include "base/encoding.hpp"
#include "base/time.hpp"
#include "json/parse.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace mpk::aibom::spdx {
namespace {

// Build/buildType is a must, and CycloneDX has nothing like it.
constexpr std::string_view kWorkflow = "urn:mpk:buildtype:cyclonedx-workflow:v1";

using Components = std::map<std::string, const Json*, std::less<>>;  // bom-ref → component

std::string resolve(const Draft& draft, const Json& ref) {
  const auto found = draft.refs.find(text(ref));
  return found == draft.refs.end() ? std::string() : found->second;
}

// With a fraction or an offset it stays in the rest, too: SPDX has neither.
void set_time(Draft& draft, const Json& workflow, const char* key, const char* target,
              Json& build) {
  const auto time = Timestamp::parse(text(workflow, key));
  if (!time) return;
  build[target] = date_time(*time);
  if (build[target] == text(workflow, key)) draft.source.use(member(workflow, key));
}

Json parsed(const std::string& text) {
  auto value = json::parse(text);
  return value ? value.take() : Json();
}

// A type that the value does not show is not lost: it stays in the rest.
bool shows(const std::string& value, const std::string& type) {
  if (value == "true" || value == "false") return type == "boolean";
  return type == (decimal(parsed(value)).empty() ? "string" : "number");
}

void add_parameters(Draft& draft, const Json& input, Json& build) {
  for (const auto& each : items(member(input, "parameters"))) {
    const auto& name = text(each, "name");
    if (name.empty()) continue;
    const auto& value = draft.source.take(each, "value");
    draft.source.use(member(each, "name"));
    if (shows(value, text(each, "dataType"))) draft.source.use(member(each, "dataType"));
    append(build, "build_parameter", dictionary_entry(name, value));
  }
}

// The commit of a program among the inputs is what was built from (Build/configSourceDigest).
void add_config_source(const Json& component, Json& build) {
  if (text(component, "type") != "application") return;
  for (const auto& commit : items(member(member(component, "pedigree"), "commits"))) {
    const auto& id = text(commit, "uid");
    if (!is_lower_hex(id) || (id.size() != 40 && id.size() != 64)) continue;
    Json hash = {{"type", "Hash"}, {"algorithm", id.size() == 40 ? "sha1" : "sha256"}};
    hash["comment"] = "commit";
    hash["hashValue"] = id;
    append(build, "build_configSourceDigest", std::move(hash));
  }
  for (const auto& reference : items(member(component, "externalReferences"))) {
    if (text(reference, "type") == "vcs" && is_uri(text(reference, "url")))
      append_once(build, "build_configSourceUri", text(reference, "url"));
  }
}

void add_inputs(Draft& draft, const Json& workflow, const Components& components, Json& build) {
  for (const auto& input : items(member(workflow, "inputs"))) {
    add_parameters(draft, input, build);
    const auto& ref = member(member(input, "resource"), "ref");
    const auto to = resolve(draft, ref);
    if (to.empty()) continue;
    draft.source.use(ref);
    draft.graph.relate("hasInput", id_of(build), to);
    if (const auto found = components.find(text(ref)); found != components.end())
      add_config_source(*found->second, build);
  }
}

// What the AI profile says of the model itself, for who reads no builds.
void tell_model(const Json& workflow, const Json& build, Json& model) {
  const std::string key = "ai_informationAboutTraining";
  const auto& name = text(workflow, "name");
  add_line(model, key, "run: " + name, name);
  struct Row {
    std::string_view property, label;
  };
  for (const auto& row : {Row{"activity", "activity: "}, Row{"method", "method: "},
                          Row{"flops", "compute in FLOPs: "}}) {
    const auto& value = property(workflow, own(kTraining) + std::string(row.property));
    add_line(model, key, std::string(row.label) + value, value);
  }
  for (const auto& each : items(member(build, "build_parameter"))) {
    append(model, "ai_hyperparameter",
           dictionary_entry("training:" + text(each, "key"), text(each, "value")));
  }
}

void add_outputs(Draft& draft, const Json& workflow, const Json& build) {
  for (const auto& output : items(member(workflow, "outputs"))) {
    const auto& ref = member(member(output, "resource"), "ref");
    const auto to = resolve(draft, ref);
    if (to.empty()) continue;
    draft.source.use(ref);
    if (text(output, "type") == "artifact") draft.source.use(member(output, "type"));
    draft.graph.relate("hasOutput", id_of(build), to);
    if (auto* made = draft.graph.find_element(to); text(*made, "type") == "ai_AIPackage")
      tell_model(workflow, build, *made);
  }
}

// On what it ran: a device hosts, all else is a tool; below that they depend on each other.
void add_topology(Draft& draft, const Json& workflow, const std::string& build,
                  const Components& components) {
  for (const auto& each : items(member(workflow, "runtimeTopology"))) {
    const auto from = resolve(draft, member(each, "ref"));
    if (from.empty()) continue;
    draft.source.use(member(each, "ref"));
    for (const auto& ref : items(member(each, "dependsOn"))) {
      const auto to = resolve(draft, ref);
      if (to.empty() || to == from) continue;
      draft.source.use(ref);
      const auto found = components.find(text(ref));
      const bool device = found != components.end() && text(*found->second, "type") == "device";
      draft.graph.relate(from != build ? "dependsOn" : device ? "hasHost" : "usesTool", from, to);
    }
  }
}

void add_build(Draft& draft, const Json& workflow, const Components& components,
               const std::string& pointer) {
  auto& source = draft.source;
  const auto& ref = source.take(workflow, "bom-ref");
  auto& build = ref.empty() ? draft.graph.add("build_Build", "at", pointer)
                            : draft.graph.add("build_Build", "component", ref);
  const auto id = id_of(build);
  if (!ref.empty()) draft.refs.emplace(ref, id);
  source.owns(workflow, id);
  build["build_buildType"] = kWorkflow;
  set_text(build, "build_buildId", source.take(workflow, "uid"));
  set_text(build, "name", source.take(workflow, "name"));
  set_text(build, "description", source.take(workflow, "description"));
  set_time(draft, workflow, "timeStart", "build_buildStartTime", build);
  set_time(draft, workflow, "timeEnd", "build_buildEndTime", build);
  add_properties(draft, workflow, build);
  add_inputs(draft, workflow, components, build);
  add_outputs(draft, workflow, build);
  add_topology(draft, workflow, id, components);
}

}  // namespace

void add_builds(Draft& draft) {
  std::size_t number = 0;
  for (const auto& formula : items(member(draft.source.bom(), "formulation"))) {
    const auto pointer = "/formulation/" + std::to_string(number++);
    Components components;
    std::size_t index = 0;
    for (const auto& each : items(member(formula, "components"))) {
      add_component(draft, each, pointer + "/components/" + std::to_string(index++));
      if (!text(each, "bom-ref").empty()) components.emplace(text(each, "bom-ref"), &each);
    }
    index = 0;
    for (const auto& each : items(member(formula, "workflows")))
      add_build(draft, each, components, pointer + "/workflows/" + std::to_string(index++));
  }
}

}  // namespace mpk::aibom::spdx
