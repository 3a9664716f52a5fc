// Datasets as components of type data: what was used, at which state, and who answers for it.
#include "aibom/draft.hpp"
#include "aibom/lineage_parts.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/purl.hpp"
#include "aibom/wording.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace mpk::aibom {
namespace {

Json parties(const std::vector<model::Party>& list) {
  Json out = Json::array();
  for (const auto& each : list) {
    auto organization = organization_of(each);
    if (!organization.empty()) out.push_back({{"organization", std::move(organization)}});
  }
  return out;
}

Json governance(const model::Governance& from) {
  Json out = Json::object();
  for (const auto& [name, list] : {std::pair{"owners", &from.owners},
                                   {"custodians", &from.custodians},
                                   {"stewards", &from.stewards}}) {
    if (auto people = parties(*list); !people.empty()) out[name] = std::move(people);
  }
  return out;
}

void put(Json& out, const char* name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}

// CycloneDX 1.6, componentData: the dataset itself.
Json data_of(const model::Dataset& dataset, const std::string& name) {
  Json out = {{"type", "dataset"}, {"name", name}};
  put(out, "description", paragraphs(dataset.description));
  put(out, "classification", one_line(dataset.classification));
  Json contents = Json::object();
  const auto url = one_line(dataset.url.empty() ? dataset.name : dataset.url, 2 * kNameLength);
  if (is_web_address(url)) contents["url"] = url;
  Json facts = Json::array();
  for (const auto& fact : dataset.facts) {
    auto value = one_line(fact.value);
    if (!value.empty() && facts.size() < kListLength)
      facts.push_back({{"name", own(kDataset) + one_line(fact.name)}, {"value", std::move(value)}});
  }
  if (!facts.empty()) contents["properties"] = std::move(facts);
  if (!contents.empty()) out["contents"] = std::move(contents);
  Json sensitive = Json::array();
  for (const auto& each : dataset.sensitive) {
    if (auto word = one_line(each, kParagraphLength);
        !word.empty() && sensitive.size() < kListLength)
      sensitive.push_back(word);
  }
  if (!sensitive.empty()) out["sensitiveData"] = std::move(sensitive);
  if (auto people = governance(dataset.governance); !people.empty())
    out["governance"] = std::move(people);
  return out;
}

Json component(const model::Dataset& dataset, const std::string& name, const std::string& ref) {
  Json out = {{"type", "data"},
              {"bom-ref", ref},
              {"name", name},
              {"data", Json::array({data_of(dataset, name)})}};
  put(out, "version", one_line(dataset.revision, kNameLength));
  if (auto digest = Digest::parse(dataset.digest)) out["hashes"] = Json::array({hash_of(*digest)});
  put(out, "purl", artifact_purl(dataset.reference));
  if (auto licenses = declared_licenses(dataset.licenses); !licenses.empty())
    out["licenses"] = std::move(licenses);
  Json roles = Json::array();
  for (const auto& role : dataset.roles)
    roles.push_back({{"name", own(kDataset) + "role"}, {"value", one_line(role)}});
  if (!roles.empty()) out["properties"] = std::move(roles);
  return out;
}

}  // namespace

Json dataset_components(Draft& draft) {
  auto datasets = draft.info.datasets;
  std::sort(datasets.begin(), datasets.end(), [](const model::Dataset& a, const model::Dataset& b) {
    return std::tie(a.name, a.source) < std::tie(b.name, b.source);
  });
  auto kept = draft.keep("datasets", datasets.size());
  Json out = Json::array();
  std::set<std::string> refs;
  for (std::size_t i = 0; i < kept; ++i) {
    auto name = one_line(datasets[i].name);
    auto ref = "data:" + name;
    if (name.empty() || !refs.insert(ref).second) continue;
    draft.tiers.add("/components/" + std::to_string(out.size()), model::Tier::declared,
                    datasets[i].source);
    out.push_back(component(datasets[i], name, ref));
    draft.dataset_refs.push_back(ref);
  }
  return out;
}

}  // namespace mpk::aibom
