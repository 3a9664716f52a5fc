// The training run as the document's formulation tells it.
#include "aibom/draft.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/page_parts.hpp"
#include "aibom/page_text.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {
namespace {

constexpr std::size_t kShownRuns = 20;

void fact(std::string& out, const char* label, const std::string& html) {
  if (!html.empty()) out += "<dt>" + std::string(label) + "</dt><dd>" + html + "</dd>\n";
}

// "8 × NVIDIA H100, 12.5 hours"
std::string thing(const Json& component) {
  const auto count = property(component, own(kHardware) + "count");
  const auto hours = property(component, own(kHardware) + "hours");
  const auto& version = text(component, "version");
  auto out = (count.empty() ? "" : count + " × ") + full_name(component) +
             (version.empty() ? "" : " " + version);
  if (!hours.empty()) out += ", " + hours + " hours";
  out = escape(out);
  for (const auto& hash : items(member(component, "hashes"))) {
    out +=
        " <code>" + escape(text(hash, "alg"), 20) + " " + escape(text(hash, "content")) + "</code>";
  }
  for (const auto& reference : items(member(component, "externalReferences")))
    out += " " + link(text(reference, "url"));
  return out;
}

std::string things(const Json& components, std::string_view type) {
  std::string out;
  std::size_t shown = 0;
  for (const auto& each : items(components)) {
    if (text(each, "type") != type || ++shown > 50) continue;
    out += (out.empty() ? "" : "<br>") + thing(each);
  }
  return out;
}

std::string commands(const Json& workflow) {
  std::string out;
  for (const auto& step : items(member(workflow, "steps"))) {
    for (const auto& command : items(member(step, "commands"))) {
      out += (out.empty() ? "<code>" : "<br><code>") + escape_lines(text(command, "executed")) +
             "</code>";
    }
  }
  return out;
}

std::string parameters(const Json& workflow) {
  std::vector<Row> rows;
  for (const auto& input : items(member(workflow, "inputs"))) {
    for (const auto& each : items(member(input, "parameters")))
      rows.push_back({escape(text(each, "name")), escape(text(each, "value"))});
  }
  return rows.empty() ? std::string()
                      : html_table("Hyperparameters of the run", {"Name", "Value"}, rows, 6);
}

std::string run_of(const Json& formula, const Json& workflow) {
  const auto& components = member(formula, "components");
  const auto own_name = [&](const char* name) {
    return escape(property(workflow, own(kTraining) + name));
  };
  const auto &start = text(workflow, "timeStart"), &end = text(workflow, "timeEnd");
  std::string out;
  fact(out, "Run", escape(text(workflow, "uid")));
  fact(out, "Name", escape(text(workflow, "name")));
  fact(out, "What", own_name("activity"));
  fact(out, "Method", own_name("method"));
  fact(out, "Time", start.empty() && end.empty() ? "" : escape(start + " to " + end));
  fact(out, "Program", things(components, "application"));
  fact(out, "Image", things(components, "container"));
  fact(out, "Libraries", things(components, "framework"));
  fact(out, "Machines", things(components, "device"));
  fact(out, "Operations", own_name("flops"));
  fact(out, "Command", commands(workflow));
  if (!out.empty()) out = "<dl>\n" + out + "</dl>\n";
  if (const auto& words = text(workflow, "description"); !words.empty())
    out = "<p>" + escape_lines(words) + "</p>\n" + out;
  return out + parameters(workflow);
}

std::string measure(const Json& value) {
  const auto& number = member(value, "value");
  return number.is_number() ? json::compact(number) + " " + text(value, "unit") : std::string();
}

std::string energy(const PageView& view) {
  const auto& environment = member(member(member(view.model, "modelCard"), "considerations"),
                                   "environmentalConsiderations");
  const auto pointer = std::string(kModelPointer) +
                       "/modelCard/considerations/environmentalConsiderations/energyConsumptions/";
  std::vector<Row> rows;
  std::size_t index = 0;
  for (const auto& each : items(member(environment, "energyConsumptions"))) {
    std::vector<std::string> providers;
    for (const auto& provider : items(member(each, "energyProviders"))) {
      const auto& name = text(member(provider, "organization"), "name");
      providers.push_back((name.empty() ? "" : name + ": ") + text(provider, "energySource"));
    }
    rows.push_back(
        {escape(text(each, "activity")), escape(measure(member(each, "activityEnergyCost"))),
         escape(measure(member(each, "co2CostEquivalent"))), escape(join(providers, ", ")),
         tier_mark(view, pointer + std::to_string(index++))});
  }
  if (rows.empty()) return {};
  return html_table("Energy", {"Spent on", "Energy", "CO₂eq", "From", "Tier"}, rows);
}

}  // namespace

std::string training_section(const PageView& view) {
  std::string out;
  std::size_t shown = 0;
  for (const auto& formula : items(member(view.bom, "formulation"))) {
    for (const auto& workflow : items(member(formula, "workflows"))) {
      if (++shown <= kShownRuns) out += run_of(formula, workflow);
    }
  }
  return out + energy(view);
}

}  // namespace mpk::aibom
