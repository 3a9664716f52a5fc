// Merging an overlay: where each of its keys stands in CycloneDX 1.6, and the tiers of what it
// adds.
#include "aibom/lookup.hpp"
#include "aibom/overlay.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/placeholder.hpp"
#include "aibom/validate.hpp"
#include "aibom/wording.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mpk::aibom {
namespace {

using Names = std::pair<std::string_view, std::string_view>;  // key, its place

// Below metadata.component.
constexpr auto kTexts =
    std::to_array<Names>({{"version", "/version"},
                          {"description", "/description"},
                          {"task", "/modelCard/modelParameters/task"},
                          {"approach", "/modelCard/modelParameters/approach/type"},
                          {"architecture", "/modelCard/modelParameters/modelArchitecture"}});
constexpr auto kLists = std::to_array<Names>(
    {{"intendedUse", "useCases"}, {"users", "users"}, {"limitations", "technicalLimitations"}});
// Types of external references.
constexpr auto kLinks = std::to_array<Names>({{"website", "website"},
                                              {"documentation", "documentation"},
                                              {"sourceCode", "vcs"},
                                              {"download", "distribution"},
                                              {"support", "support"},
                                              {"securityContact", "security-contact"},
                                              {"securityTxt", "rfc-9116"},
                                              {"advisories", "advisories"},
                                              {"acceptableUsePolicy", "other"},
                                              {"riskAssessment", "risk-assessment"},
                                              {"adversarialTestReport", "pentest-report"},
                                              {"evaluationReport", "quality-metrics"},
                                              {"operationalMetrics", "quality-metrics"}});
// Properties of the model card: CycloneDX has no member for them.
constexpr auto kProperties =
    std::to_array<Names>({{"parameters", "cdx:ai-ml:model:parameter:count"},
                          {"contextLength", "cdx:ai-ml:model:hyperparameter:context_length"},
                          {"standards", "mpk:standards"},
                          {"domain", "mpk:domain"},
                          {"autonomy", "mpk:autonomy"},
                          {"explainability", "mpk:explainability"},
                          {"trainingMethod", "mpk:training-method"},
                          {"trainingCompute", "mpk:training-compute"},
                          {"trainingTime", "mpk:training-time"},
                          {"dataPreprocessing", "mpk:data-preprocessing"},
                          {"sensitivePersonalInformation", "mpk:sensitive-personal-information"},
                          {"decisionThreshold", "mpk:decision-threshold"},
                          {"integration", "mpk:integration"},
                          {"hardware", "mpk:hardware"},
                          {"software", "mpk:software"},
                          {"distribution", "mpk:distribution"},
                          {"systemArchitecture", "mpk:system-architecture"},
                          {"securityControls", "mpk:security-controls"}});

class Merger {
 public:
  Merger(Json bom, const Json& overlay) : bom_(std::move(bom)), overlay_(overlay) {}

  Merged merge() && {
    for (const auto& [key, place] : kTexts) put(key, kComponent + std::string(place), said(key));
    if (auto day = said("releaseDate"); !day.empty()) {
      component()["releaseNotes"] = {{"type", "release"}, {"timestamp", day + "T00:00:00Z"}};
      declare(kComponent + "/releaseNotes/timestamp");
    }
    for (const auto* key : {"supplier", "manufacturer"}) organization(key);
    people();
    for (const auto& [key, name] : kLists) {
      for (const auto& each : items(member(overlay_, key)))
        append("/modelCard/considerations/" + std::string(name), words(each));
    }
    risks();
    energy();
    for (const auto& [key, type] : kLinks) link(key, type);
    for (const auto& [key, name] : kProperties) property(key, name, said(key));
    for (const auto& each : items(member(overlay_, "outOfScopeUse"))) {
      if (auto use = words(each); !use.is_null())
        append("/modelCard/properties", {{"name", "mpk:out-of-scope-use"}, {"value", use}});
    }
    datasets();
    finish();
    return {std::move(bom_), std::move(findings_)};
  }

 private:
  inline static const std::string kComponent = "/metadata/component";

  Json& component() { return bom_["metadata"]["component"]; }
  Json& at(const std::string& pointer) { return bom_[Json::json_pointer(pointer)]; }

  static Json words(const Json& value) {
    if (is_placeholder(text(value))) return nullptr;
    return paragraphs(text(value));
  }
  std::string said(std::string_view key) const {
    const auto& value = text(overlay_, key);
    return is_placeholder(value) ? std::string() : paragraphs(value);
  }
  // The members of `from` that say something, under other names.
  static Json renamed(const Json& from, std::initializer_list<Names> names) {
    Json out = Json::object();
    for (const auto& [key, name] : names) {
      if (auto value = words(member(from, key)); !value.is_null()) out[std::string(name)] = value;
    }
    return out;
  }

  void declare(const std::string& pointer) { declared_.push_back(pointer); }
  Json* tier(const std::string& pointer) {
    for (auto& each : component()["properties"]) {
      if (text(each, "name") == own(kProvenance) + pointer) return &each;
    }
    return nullptr;
  }
  bool is_verified(const std::string& pointer) {
    const auto* found = tier(pointer);
    return found != nullptr && text(*found, "value").starts_with("verified");
  }

  void put(std::string_view key, const std::string& pointer, const std::string& value) {
    if (value.empty()) return;
    const Json::json_pointer place(pointer);
    const auto before = bom_.contains(place) ? text(bom_.at(place)) : std::string();
    if (before == value) return;
    if (!before.empty() && is_verified(pointer)) {
      contradict(key, value, before);
      return;
    }
    bom_[place] = value;
    declare(pointer);
  }
  void contradict(std::string_view key, const std::string& said, const std::string& read) {
    findings_.push_back({.severity = model::Severity::medium,
                         .code = "overlay-contradicts",
                         .path = std::string(kOverlayName),
                         .message = std::string(key) + " is " + one_line(said) +
                                    ", the files say " + one_line(read),
                         .fix = "take the key out of aibom.yaml: it is read from the files"});
  }
  void append(const std::string& below, Json value) {
    if (value.is_null() || value.empty()) return;
    auto& list = at(kComponent + below);
    if (!list.is_array()) list = Json::array();
    if (std::ranges::find(list, value) != list.end()) return;
    declare(kComponent + below + "/" + std::to_string(list.size()));
    list.push_back(std::move(value));
  }

  void organization(const char* key) {
    const auto& from = member(overlay_, key);
    auto out = renamed(from, {{"name", "name"}});
    if (out.empty()) return;
    if (auto url = words(member(from, "url")); !url.is_null()) {
      out["url"] = Json::array();
      out["url"].push_back(url);
    }
    if (auto contact = renamed(from, {{"email", "email"}}); !contact.empty()) {
      out["contact"] = Json::array();
      out["contact"].push_back(contact);
    }
    component()[key] = std::move(out);
    declare(kComponent + "/" + key);
  }
  void people() {
    Json list = Json::array();
    for (const auto& each : items(member(overlay_, "authors"))) {
      auto one = renamed(each, {{"name", "name"}, {"email", "email"}});
      if (!one.contains("name")) continue;
      declare("/metadata/authors/" + std::to_string(list.size()));
      list.push_back(std::move(one));
    }
    if (!list.empty()) bom_["metadata"]["authors"] = std::move(list);
  }
  void risks() {
    for (const auto& each : items(member(overlay_, "ethicalConsiderations"))) {
      append("/modelCard/considerations/ethicalConsiderations",
             renamed(each, {{"name", "name"}, {"mitigation", "mitigationStrategy"}}));
    }
    for (const auto& each : items(member(overlay_, "fairness"))) {
      append("/modelCard/considerations/fairnessAssessments",
             renamed(each, {{"groupAtRisk", "groupAtRisk"},
                            {"benefits", "benefits"},
                            {"harms", "harms"},
                            {"mitigation", "mitigationStrategy"}}));
    }
  }
  void energy() {
    for (const auto& each : items(member(overlay_, "energy"))) {
      const auto& activity = text(each, "activity");
      const auto& used = member(each, "kWh");
      if (is_placeholder(activity) || !used.is_number()) continue;
      Json one = {{"activity", activity},
                  {"energyProviders", Json::array()},
                  {"activityEnergyCost", {{"value", used}, {"unit", "kWh"}}}};
      if (const auto& co2 = member(each, "co2Tonnes"); co2.is_number())
        one["co2CostEquivalent"] = {{"value", co2}, {"unit", "tCO2eq"}};
      append("/modelCard/considerations/environmentalConsiderations/energyConsumptions",
             std::move(one));
    }
  }
  void link(std::string_view key, std::string_view type) {
    const auto url = said(key);
    if (url.empty()) return;
    Json one = {{"type", std::string(type)}, {"url", url}};
    if (key == "acceptableUsePolicy") one["comment"] = "acceptable use policy";
    append("/externalReferences", std::move(one));
  }
  void property(std::string_view key, std::string_view name, const std::string& value) {
    if (value.empty()) return;
    const auto below = std::string("/modelCard/properties");
    const auto& list = items(member(member(component(), "modelCard"), "properties"));
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (text(list[i], "name") == name) {
        put(key, kComponent + below + "/" + std::to_string(i) + "/value", value, i);
        return;
      }
    }
    append(below, {{"name", std::string(name)}, {"value", value}});
  }
  // A property's tier is that of the whole property.
  void put(std::string_view key, const std::string& pointer, const std::string& value,
           std::size_t index) {
    const auto whole = kComponent + "/modelCard/properties/" + std::to_string(index);
    const auto before = text(at(pointer));
    if (before == value) return;
    if (is_verified(whole)) {
      contradict(key, value, before);
      return;
    }
    at(pointer) = value;
    declare(whole);
  }

  void datasets() {
    for (const auto& each : items(member(overlay_, "datasets"))) {
      const auto name = words(member(each, "name"));
      if (!name.is_null()) dataset(each, one_line(name.get<std::string>()));
    }
  }
  void dataset(const Json& from, const std::string& name) {
    auto& list = bom_["components"];
    if (!list.is_array()) list = Json::array();
    auto found = std::ranges::find_if(list, [&](const Json& each) {
      return text(each, "type") == "data" && text(each, "name") == name;
    });
    const auto index = static_cast<std::size_t>(found - list.begin());
    if (found == list.end()) {
      const auto ref = "data:" + name;
      list.push_back({{"type", "data"}, {"bom-ref", ref}, {"name", name}});
      auto& refs = at(kComponent + "/modelCard/modelParameters/datasets");
      refs.push_back({{"ref", ref}});
      if (!bom_["dependencies"].empty()) bom_["dependencies"][0]["dependsOn"].push_back(ref);
    }
    auto& out = list[index];
    out.update(renamed(
        from, {{"version", "version"}, {"description", "description"}, {"identifier", "purl"}}));
    auto data =
        renamed(from, {{"description", "description"}, {"classification", "classification"}});
    data["type"] = "dataset";
    data["name"] = name;
    if (auto url = words(member(from, "url")); !url.is_null()) data["contents"]["url"] = url;
    if (auto facts = words(member(from, "statistics")); !facts.is_null()) {
      data["contents"]["properties"] = Json::array();
      data["contents"]["properties"].push_back({{"name", "mpk:statistics"}, {"value", facts}});
    }
    for (const auto& kind : items(member(from, "sensitiveData"))) {
      if (auto value = words(kind); !value.is_null()) data["sensitiveData"].push_back(value);
    }
    if (auto owner = words(member(from, "owner")); !owner.is_null()) {
      data["governance"]["owners"] = Json::array();
      data["governance"]["owners"].push_back({{"organization", {{"name", owner}}}});
    }
    out["data"] = Json::array();
    out["data"].push_back(std::move(data));
    if (auto license = words(member(from, "license")); !license.is_null()) {
      out["licenses"] = Json::array();
      out["licenses"].push_back(
          {{"license", {{"name", license}, {"acknowledgement", "declared"}}}});
    }
    if (auto digest = words(member(from, "sha256")); !digest.is_null()) {
      out["hashes"] = Json::array();
      out["hashes"].push_back({{"alg", "SHA-256"}, {"content", digest}});
    }
    declare("/components/" + std::to_string(index));
  }

  void finish() {
    auto& list = component()["properties"];
    if (!list.is_array()) list = Json::array();
    for (const auto& each : findings_) {
      list.push_back({{"name", own(kFinding)},
                      {"value", std::string(to_string(each.severity)) + ": " + each.path + ": " +
                                    each.message}});
    }
    const auto value = "declared;source=" + std::string(kOverlayName);
    for (const auto& pointer : declared_) {
      if (auto* there = tier(pointer)) {
        (*there)["value"] = value;
      } else {
        list.push_back({{"name", own(kProvenance) + pointer}, {"value", value}});
      }
    }
  }

  Json bom_;
  const Json& overlay_;
  std::vector<std::string> declared_;
  std::vector<model::Finding> findings_;
};

}  // namespace

Result<Merged> build_aibom(const BuildInput& input, const Overlay& overlay) {
  auto merged = Merger(TRY(build_aibom(input)), overlay.value).merge();
  const auto problems = TRY(validate_aibom(merged.bom));
  const auto first = std::ranges::find(problems, Problem::Level::error, &Problem::level);
  if (first == problems.end()) return merged;
  return Error(ErrorKind::usage, std::string(kOverlayName) + ": the document would be invalid at " +
                                     printable(first->pointer, 200) + ": " + first->message);
}

}  // namespace mpk::aibom
