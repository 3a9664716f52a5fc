// Lineage: base models as pedigree, datasets as components of type data.
#include "aibom/draft.hpp"
#include "aibom/grammar.hpp"
#include "aibom/purl.hpp"
#include "aibom/wording.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <tuple>

namespace mpk::aibom {
namespace {

Json ancestor(const model::BaseModel& base, const std::string& name, const std::string& ref) {
  Json out = {{"type", "machine-learning-model"}, {"bom-ref", ref}, {"name", name}};
  if (auto purl = huggingface_purl(name, base.revision)) {
    out["purl"] = *purl;
    auto slash = name.find('/');
    out["group"] = name.substr(0, slash);
    out["name"] = name.substr(slash + 1);
  }
  if (!base.revision.empty()) out["version"] = one_line(base.revision, kNameLength);
  return out;
}

bool is_web_address(std::string_view text) {
  return (text.starts_with("https://") || text.starts_with("http://")) && is_iri(text);
}

}  // namespace

Json pedigree(Draft& draft) {
  auto bases = draft.info.base_models;
  std::sort(bases.begin(), bases.end(), [](const model::BaseModel& a, const model::BaseModel& b) {
    return std::tie(a.name, a.revision, a.relation, a.source) <
           std::tie(b.name, b.revision, b.relation, b.source);
  });
  auto kept = draft.keep("base models", bases.size());
  Json ancestors = Json::array();
  std::set<std::string> refs, relations;
  for (std::size_t i = 0; i < kept; ++i) {
    auto name = one_line(bases[i].name);
    auto revision = one_line(bases[i].revision);
    auto ref = "base:" + name + (revision.empty() ? "" : "@" + revision);
    if (name.empty() || !refs.insert(ref).second) continue;
    draft.tiers.add(
        std::string(kModelPointer) + "/pedigree/ancestors/" + std::to_string(ancestors.size()),
        model::Tier::declared, bases[i].source);
    ancestors.push_back(ancestor(bases[i], name, ref));
    auto relation = one_line(bases[i].relation);
    if (!relation.empty()) relations.insert(relation);
    // An adapter is no model without its base; all other relations are history only.
    if (relation == "adapter") draft.needed_base_refs.push_back(ref);
  }
  if (ancestors.empty()) return Json::object();
  Json out = {{"ancestors", std::move(ancestors)}};
  if (!relations.empty()) {
    std::vector<std::string> words(relations.begin(), relations.end());
    out["notes"] = "base_model_relation=" + join(words, ",");
  }
  return out;
}

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
    Json data = {{"type", "dataset"}, {"name", name}};
    if (is_web_address(name)) data["contents"] = {{"url", name}};
    draft.tiers.add("/components/" + std::to_string(out.size()), model::Tier::declared,
                    datasets[i].source);
    out.push_back({{"type", "data"},
                   {"bom-ref", ref},
                   {"name", name},
                   {"data", Json::array({std::move(data)})}});
    draft.dataset_refs.push_back(ref);
  }
  return out;
}

}  // namespace mpk::aibom
