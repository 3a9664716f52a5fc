// Tiers, findings, other people's annotations, and what SPDX has no place for (Core/Annotation).
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/spdx_draft.hpp"
#include "aibom/told_tiers.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace mpk::aibom::spdx {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kText = "text/plain";

Json& annotate(Draft& draft, std::string_view type, const std::string& subject,
               std::string_view content_type, std::string statement) {
  auto& element = draft.graph.add("Annotation", "annotation/" + fragment_of(subject), "");
  element["annotationType"] = type;
  element["subject"] = subject;
  element["contentType"] = content_type;
  element["statement"] = std::move(statement);
  return element;
}

std::string subject_at(const Draft& draft, std::string_view pointer) {
  auto owner = draft.source.owner_of(pointer);
  return owner.empty() ? draft.document_id : owner;
}

// One annotation for each element and tier: {"tier": …, "facts": [{fact, pointer, source}]}.
void add_tiers(Draft& draft) {
  const auto& bom = draft.source.bom();
  const auto tiers = told_tiers(bom);
  const auto prefix = own(kProvenance);
  std::map<std::pair<std::string, std::string>, Json> groups;
  for (const auto& [pointer, told] : tiers) {
    Json fact = Json::object();
    fact["fact"] = fact_name(bom, pointer);
    fact["pointer"] = pointer;
    set_text(fact, "source", told.source);
    auto& list = groups[{subject_at(draft, pointer), told.tier}];
    if (list.is_null()) list = Json::array();
    list.push_back(std::move(fact));
  }
  for (auto& [key, facts] : groups) {
    Json statement = Json::object();
    statement["tier"] = key.second;
    statement["facts"] = std::move(facts);
    annotate(draft, "other", key.first, kJson, json::compact(statement));
  }
  for (const auto& each :
       items(member(member(member(bom, "metadata"), "component"), "properties"))) {
    const std::string_view name = text(each, "name");
    if (name.starts_with(prefix) && tiers.contains(name.substr(prefix.size())))
      draft.source.use(each);
  }
}

// "severity: path: message": about the file of that name where there is one.
void add_findings(Draft& draft) {
  const auto& model = member(member(draft.source.bom(), "metadata"), "component");
  for (const auto& each : items(member(model, "properties"))) {
    if (text(each, "name") != own(kFinding) || draft.model_id.empty()) continue;
    draft.source.use(each);
    const auto& finding = text(each, "value");
    auto subject = draft.model_id;
    const auto from = finding.find(": ");
    const auto to = from == std::string::npos ? from : finding.find(": ", from + 2);
    if (to != std::string::npos) {
      const auto file = draft.files.find(std::string_view(finding).substr(from + 2, to - from - 2));
      if (file != draft.files.end()) subject = file->second;
    }
    if (!finding.empty()) annotate(draft, "review", subject, kText, "finding: " + finding);
  }
}

std::string annotator(Draft& draft, const Json& part) {
  auto id = organization(draft, member(part, "organization"));
  if (id.empty()) id = person(draft, member(part, "individual"));
  for (const auto* key : {"component", "service"}) {
    if (!id.empty()) break;
    const auto& name = text(member(part, key), "name");
    if (name.empty()) continue;
    id = named_agent(draft, "SoftwareAgent", name);
    draft.source.owns(member(part, key), id);
    for (const auto* said : {"name", "type"}) draft.source.use(member(member(part, key), said));
  }
  return id;
}

void add_others(Draft& draft) {
  for (const auto& each : items(member(draft.source.bom(), "annotations"))) {
    const auto time = Timestamp::parse(text(each, "timestamp"));
    const auto& statement = text(each, "text");
    if (!time || statement.empty()) continue;
    const auto by = annotator(draft, member(each, "annotator"));
    if (by.empty()) continue;
    Json info = Json::object();
    info["type"] = "CreationInfo";
    info["specVersion"] = kSpecVersion;
    info["created"] = date_time(*time);
    info["createdBy"] = Json::array({by});
    std::string creation;
    for (const auto& ref : items(member(each, "subjects"))) {
      const auto found = draft.refs.find(text(ref));
      if (found == draft.refs.end()) continue;
      if (creation.empty()) creation = draft.graph.add_creation(info);
      draft.source.use(ref);
      annotate(draft, "other", found->second, kText, statement)["creationInfo"] = creation;
    }
    if (creation.empty()) continue;
    for (const auto* key : {"timestamp", "text", "bom-ref"}) draft.source.use(member(each, key));
  }
}

}  // namespace

void add_annotations(Draft& draft) {
  add_tiers(draft);
  add_findings(draft);
  add_others(draft);
}

void add_rest(Draft& draft, const std::vector<Source::Rest>& rest) {
  std::map<std::string, Json> by_owner;
  for (const auto& each : rest) {
    auto& group = by_owner[each.owner.empty() ? draft.document_id : each.owner];
    if (group.is_null()) group = Json::object();
    group[each.pointer] = *each.value;
  }
  for (auto& [owner, members] : by_owner) {
    Json statement = Json::object();
    statement["cyclonedx"] = std::move(members);
    annotate(draft, "other", owner, kJson, json::compact(statement));
  }
}

}  // namespace mpk::aibom::spdx
