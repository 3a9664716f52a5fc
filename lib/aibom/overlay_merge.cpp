// Merging an overlay: where each of its keys stands in CycloneDX 1.6, and the tiers of what it
// adds.
#include "aibom/citations.hpp"
#include "aibom/draft.hpp"
#include "aibom/grammar.hpp"
#include "aibom/lookup.hpp"
#include "aibom/overlay.hpp"
#include "aibom/overlay_keys.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/placeholder.hpp"
#include "aibom/told_tiers.hpp"
#include "aibom/validate.hpp"
#include "aibom/wording.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace mpk::aibom {
namespace {

using Names = std::pair<std::string_view, std::string_view>;  // key, its place

class Merger {
 public:
  Merger(Json bom, const Json& overlay)
      : bom_(std::move(bom)), overlay_(overlay), told_(told_tiers(bom_)) {}

  Merged merge() && {
    for (const auto& key : overlay_keys()) simple(key);
    if (auto day = said("releaseDate"); !day.empty()) {
      component()["releaseNotes"] = {{"type", "release"}, {"timestamp", day + "T00:00:00Z"}};
      declare(in_model("/releaseNotes/timestamp"));
    }
    formats("inputs");
    formats("outputs");
    license();
    for (const auto* key : {"supplier", "manufacturer"}) organization(key);
    people();
    risks();
    energy();
    download_hash();
    for (const auto& each : items(member(overlay_, "outOfScopeUse"))) {
      if (auto use = words(each); !use.is_null())
        append("/modelCard/properties", {{"name", "mpk:out-of-scope-use"}, {"value", use}});
    }
    datasets();
    finish();
    return {std::move(bom_), std::move(findings_)};
  }

 private:
  // A place in the component.
  static std::string in_model(std::string_view below) {
    return std::string(kModelPointer).append(below);
  }

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

  void simple(const OverlayKey& key) {
    switch (key.form) {
      case Form::text:
        put(key.name, in_model(key.place), said(key.name));
        break;
      case Form::words:
        for (const auto& each : items(member(overlay_, key.name)))
          append("/modelCard/considerations/" + std::string(key.place), words(each));
        break;
      case Form::link:
        link(key.name, key.place);
        break;
      case Form::property:
        property("/modelCard/properties", key);
        break;
      case Form::trait:
        property("/properties", key);
        break;
      case Form::special:
        break;
    }
  }

  void declare(const std::string& pointer) { declared_.push_back(pointer); }
  Json* tier(const std::string& pointer) {
    for (auto& each : component()["properties"]) {
      if (text(each, "name") == own(kProvenance) + pointer) return &each;
    }
    return nullptr;
  }
  bool is_verified(const std::string& pointer) const {
    const auto found = told_.find(pointer);
    return found != told_.end() && found->second.tier == model::to_string(model::Tier::verified);
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
    auto& list = at(in_model(below));
    if (!list.is_array()) list = Json::array();
    if (std::ranges::find(list, value) != list.end()) return;
    declare(in_model(below) + "/" + std::to_string(list.size()));
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
    declare(in_model("/") + key);
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
    if (key == "acceptableUsePolicy") one["comment"] = std::string(kAcceptableUse);
    append("/externalReferences", std::move(one));
  }
  // A property's tier is that of the whole property.
  void property(const std::string& below, const OverlayKey& key) {
    const auto value = said(key.name);
    if (value.empty()) return;
    const bool trait = key.form == Form::trait;
    const auto& owner = trait ? component() : member(component(), "modelCard");
    const auto& list = items(member(owner, "properties"));
    const auto found = std::ranges::find_if(
        list, [&](const Json& each) { return text(each, "name") == key.place; });
    if (found == list.end()) {
      append(below, {{"name", std::string(key.place)}, {"value", value}});
      return;
    }
    const auto whole = in_model(below) + "/" + std::to_string(found - list.begin());
    const auto before = text(*found, "value");
    if (before == value) return;
    if (is_verified(whole)) {
      contradict(key.name, value, before);
      return;
    }
    at(whole + "/value") = value;
    declare(whole);
  }
  void formats(const char* key) {
    for (const auto& each : items(member(overlay_, key))) {
      if (auto format = words(each); !format.is_null())
        append("/modelCard/modelParameters/" + std::string(key), {{"format", format}});
    }
  }
  // The licence that the model is handed out under is acknowledged as concluded (BSI TR-03183-2,
  // "distribution licence"); what its author declared stays beside it.
  void license() {
    const auto name = one_line(said("license"));
    if (name.empty()) return;
    const char* kind = is_spdx_license(name) ? "id" : "name";
    Json entry = {{"license", {{kind, name}, {"acknowledgement", "concluded"}}}};
    const auto& list = items(member(component(), "licenses"));
    // An expression stands alone in the list.
    if (!list.empty() && list.front().contains("expression")) {
      const auto& expression = text(list.front(), "expression");
      if (expression != name) contradict("license", name, expression);
      return;
    }
    const auto recognised = std::ranges::find_if(list, [](const Json& each) {
      return text(member(each, "license"), "acknowledgement") == "concluded";
    });
    if (recognised == list.end()) {
      append("/licenses", std::move(entry));
      return;
    }
    const auto& read = member(*recognised, "license");
    const auto before = text(read, "id").empty() ? text(read, "name") : text(read, "id");
    if (before == name) return;
    contradict("license", name, before);
    const auto pointer = in_model("/licenses/") + std::to_string(recognised - list.begin());
    at(pointer) = std::move(entry);
    declare(pointer);
  }
  // TR-03183-2 asks for the hash of what is handed out at the reference that leads to it.
  void download_hash() {
    const auto digest = said("downloadSha512");
    const auto& list = items(member(component(), "externalReferences"));
    const auto found = std::ranges::find_if(
        list, [](const Json& each) { return text(each, "type") == "distribution"; });
    if (digest.empty() || found == list.end()) return;
    append("/externalReferences/" + std::to_string(found - list.begin()) + "/hashes",
           {{"alg", "SHA-512"}, {"content", digest}});
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
    const auto pointer = "/components/" + std::to_string(index);
    const bool is_new = found == list.end();
    if (is_new) {
      const auto ref = "data:" + name;
      Json data = {{"type", "dataset"}, {"name", name}};
      list.push_back({{"type", "data"}, {"bom-ref", ref}, {"name", name}});
      list.back()["data"] = Json::array({std::move(data)});
      auto& refs = at(in_model("/modelCard/modelParameters/datasets"));
      refs.push_back({{"ref", ref}});
      if (!bom_["dependencies"].empty()) bom_["dependencies"][0]["dependsOn"].push_back(ref);
    }
    const auto before = list[index];
    describe_dataset(from, list[index], pointer);
    if (is_new) {
      declare(pointer);
      return;
    }
    for (const auto* key : {"version", "description", "purl", "data", "licenses", "hashes"}) {
      if (member(list[index], key) != member(before, key)) declare(pointer + "/" + key);
    }
  }
  // Only what is said is touched: the rest may have been read.
  void describe_dataset(const Json& from, Json& out, const std::string& pointer) {
    out.update(renamed(
        from, {{"version", "version"}, {"description", "description"}, {"identifier", "purl"}}));
    auto& list = out["data"];
    if (!list.is_array() || list.empty()) list = Json::array({{{"type", "dataset"}}});
    auto& data = list[0];
    data.update(
        renamed(from, {{"description", "description"}, {"classification", "classification"}}));
    if (auto url = words(member(from, "url")); !url.is_null()) data["contents"]["url"] = url;
    if (auto facts = words(member(from, "statistics")); !facts.is_null())
      data["contents"]["properties"].push_back({{"name", "mpk:statistics"}, {"value", facts}});
    for (const auto& kind : items(member(from, "sensitiveData"))) {
      if (auto value = words(kind); !value.is_null()) data["sensitiveData"].push_back(value);
    }
    if (auto owner = words(member(from, "owner")); !owner.is_null())
      data["governance"]["owners"] = Json::array({{{"organization", {{"name", owner}}}}});
    if (auto license = words(member(from, "license")); !license.is_null()) {
      const char* kind = is_spdx_license(license.get<std::string>()) ? "id" : "name";
      out["licenses"] =
          Json::array({{{"license", {{kind, license}, {"acknowledgement", "declared"}}}}});
    }
    dataset_digest(from, out, pointer);
  }
  void dataset_digest(const Json& from, Json& out, const std::string& pointer) {
    const auto digest = words(member(from, "sha256"));
    if (digest.is_null()) return;
    const auto& list = items(member(out, "hashes"));
    const auto found =
        std::ranges::find_if(list, [](const Json& each) { return text(each, "alg") == "SHA-256"; });
    if (found == list.end()) {
      out["hashes"].push_back({{"alg", "SHA-256"}, {"content", digest}});
      return;
    }
    const auto before = text(*found, "content");
    if (before == text(digest)) return;
    const auto place = pointer + "/hashes/" + std::to_string(found - list.begin());
    if (is_verified(place) || is_verified(pointer)) {
      contradict("datasets", text(digest), before);
      return;
    }
    out["hashes"][static_cast<std::size_t>(found - list.begin())]["content"] = digest;
  }

  void finish() {
    auto& list = component()["properties"];
    if (!list.is_array()) list = Json::array();
    for (const auto& each : findings_)
      list.push_back({{"name", own(kFinding)}, {"value", finding_value(each)}});
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
  ToldTiers told_;  // of the document before anything was merged
  std::vector<std::string> declared_;
  std::vector<model::Finding> findings_;
};

}  // namespace

Result<Merged> build_aibom(const BuildInput& input, const Overlay& overlay) {
  auto bom = TRY(build_aibom(input));
  citations_to_tiers(bom);
  auto merged = Merger(std::move(bom), overlay.value).merge();
  tiers_to_citations(merged.bom);
  const auto problems = TRY(validate_aibom(merged.bom));
  const auto first = std::ranges::find(problems, Problem::Level::error, &Problem::level);
  if (first == problems.end()) return merged;
  return Error(ErrorKind::usage, std::string(kOverlayName) + ": the document would be invalid at " +
                                     printable(first->pointer, 200) + ": " + first->message);
}

}  // namespace mpk::aibom
