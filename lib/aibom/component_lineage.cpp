// Lineage: base models as pedigree, each at the state that was taken.
#include "aibom/draft.hpp"
#include "aibom/lineage_parts.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/purl.hpp"
#include "aibom/wording.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "model/lineage.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace mpk::aibom {
namespace {

Json ancestor(const model::BaseModel& base, const std::string& name, const std::string& ref) {
  Json out = {{"type", "machine-learning-model"}, {"bom-ref", ref}, {"name", name}};
  const auto from_hub = huggingface_purl(name, base.revision);
  if (from_hub) {
    out["purl"] = *from_hub;
    auto slash = name.find('/');
    out["group"] = name.substr(0, slash);
    out["name"] = name.substr(slash + 1);
  }
  if (auto purl = artifact_purl(base.reference); !purl.empty()) out["purl"] = purl;
  if (auto digest = Digest::parse(base.digest)) out["hashes"] = Json::array({hash_of(*digest)});
  // A branch of the hub is no version: it names another state tomorrow.
  const auto revision = one_line(base.revision, kNameLength);
  Json properties = Json::array();
  if (auto relation = one_line(base.relation); !relation.empty())
    properties.push_back({{"name", own(kRelation)}, {"value", std::move(relation)}});
  if (!revision.empty() && (!from_hub || is_commit(revision))) {
    out["version"] = revision;
  } else if (!revision.empty()) {
    properties.push_back({{"name", own(kRevision)}, {"value", revision}});
  }
  if (!properties.empty()) out["properties"] = std::move(properties);
  if (auto licenses = declared_licenses(base.licenses); !licenses.empty())
    out["licenses"] = std::move(licenses);
  if (auto bom = reference_to("bom", base.bom, base.bom_digest); !bom.empty())
    out["externalReferences"] = Json::array({std::move(bom)});
  return out;
}

}  // namespace

Json pedigree(Draft& draft) {
  const auto bases = model::ordered_base_models(draft.info);
  auto kept = draft.keep("base models", bases.size());
  Json ancestors = Json::array();
  std::set<std::string> refs, relations;
  for (std::size_t i = 0; i < kept; ++i) {
    auto name = one_line(bases[i].name);
    auto ref = base_ref(bases[i]);
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
    out["notes"] = std::string(kRelationNote) + join(words, ",");
  }
  return out;
}

}  // namespace mpk::aibom
