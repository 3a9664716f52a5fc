// What the parts have to do with each other (Core/Relationship).
#include "aibom/lookup.hpp"
#include "aibom/spdx_draft.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace mpk::aibom::spdx {
namespace {

std::string resolve(const Draft& draft, const std::string& ref) {
  const auto found = draft.refs.find(ref);
  return found == draft.refs.end() ? std::string() : found->second;
}

void trained_on(Draft& draft, const Json& component, std::size_t depth) {
  if (depth > kMaxDepth) return;
  const auto& card = member(component, "modelCard");
  const auto from = draft.source.own_id(component);
  for (const auto& each : items(member(member(card, "modelParameters"), "datasets"))) {
    const auto to = resolve(draft, text(each, "ref"));
    if (from.empty() || to.empty()) continue;
    draft.source.use(member(each, "ref"));
    draft.graph.relate("trainedOn", from, to);
  }
  // "dataset=NAME;split=test" in the slice of an evaluation.
  constexpr std::string_view kDataset = "dataset=";
  for (const auto& metric :
       items(member(member(card, "quantitativeAnalysis"), "performanceMetrics"))) {
    for (const auto part : split(text(metric, "slice"), ';')) {
      if (!part.starts_with(kDataset)) continue;
      const auto found = draft.datasets.find(part.substr(kDataset.size()));
      if (found != draft.datasets.end()) draft.graph.relate("testedOn", from, found->second);
    }
  }
  for (const auto& child : items(member(component, "components")))
    trained_on(draft, child, depth + 1);
}

void add_dependencies(Draft& draft) {
  for (const auto& each : items(member(draft.source.bom(), "dependencies"))) {
    const auto from = resolve(draft, text(each, "ref"));
    if (from.empty()) continue;
    draft.source.use(member(each, "ref"));
    struct Row {
      const char *key, *type;
    };
    for (const auto& row : {Row{"dependsOn", "dependsOn"}, Row{"provides", "hasSpecification"}}) {
      for (const auto& ref : items(member(each, row.key))) {
        const auto to = resolve(draft, text(ref));
        if (to.empty() || to == from) continue;
        draft.source.use(ref);
        // Said by a more exact word already.
        if (draft.graph.related("contains", from, to) || draft.graph.related("trainedOn", from, to))
          continue;
        draft.graph.relate(row.type, from, to);
      }
    }
  }
}

void add_compositions(Draft& draft) {
  for (const auto& each : items(member(draft.source.bom(), "compositions"))) {
    const auto& aggregate = text(each, "aggregate");
    const std::string completeness = aggregate == "complete"               ? "complete"
                                     : aggregate.starts_with("incomplete") ? "incomplete"
                                                                           : "noAssertion";
    struct Row {
      const char *key, *type;
    };
    for (const auto& row : {Row{"assemblies", "contains"}, Row{"dependencies", "dependsOn"}}) {
      for (const auto& ref : items(member(each, row.key))) {
        const auto from = resolve(draft, text(ref));
        if (!draft.graph.has_relation(row.type, from)) continue;
        draft.graph.complete_relation(row.type, from, completeness);
        draft.source.use(ref);
        // Which party's parts are missing has no word in SPDX.
        if (aggregate.find("party") == std::string::npos)
          draft.source.use(member(each, "aggregate"));
      }
    }
  }
}

}  // namespace

void add_relations(Draft& draft) {
  const auto& bom = draft.source.bom();
  trained_on(draft, member(member(bom, "metadata"), "component"), 0);
  for (const auto& component : items(member(bom, "components"))) trained_on(draft, component, 0);
  add_dependencies(draft);
  add_compositions(draft);
}

}  // namespace mpk::aibom::spdx
