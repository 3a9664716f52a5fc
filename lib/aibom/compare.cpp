// compare: the kinds, and the parts put in their order.
#include "aibom/compare.hpp"

#include "aibom/compare_parts.hpp"

#include <algorithm>
#include <tuple>

namespace mpk::aibom {

const std::vector<std::string_view>& change_kinds() {
  static const std::vector<std::string_view> kinds = {
      "model.name",           "model.version",
      "weights.added",        "weights.removed",
      "weights.changed",      "weights.tensors",
      "weights.parameters",   "weights.types",
      "files.added",          "files.removed",
      "files.changed",        "quantization.changed",
      "architecture.changed", "hyperparameter.changed",
      "tokenizer.changed",    "template.changed",
      "data.added",           "data.removed",
      "data.changed",         "license.added",
      "license.removed",      "lineage.added",
      "lineage.removed",      "lineage.changed",
      "evaluation.added",     "evaluation.removed",
      "evaluation.up",        "evaluation.down",
      "evaluation.changed",   "permissions.added",
      "permissions.removed",  "permissions.changed",
      "permissions.scope",    "permissions.hint",
      "tier.raised",          "tier.lowered",
      "finding.added",        "finding.removed"};
  return kinds;
}

bool is_asked_for(std::string_view kind, std::string_view asked) {
  return asked == "any" || kind == asked || kind.substr(0, kind.find('.')) == asked;
}

void Changes::fact(std::string_view kind, std::string subject, const std::string& before,
                   const std::string& after) {
  if (before == after) return;
  FactChange change{
      .kind = std::string(kind), .subject = std::move(subject), .before = {}, .after = {}};
  if (!before.empty()) change.before = before;
  if (!after.empty()) change.after = after;
  add(std::move(change));
}

void Changes::list(std::string_view added, std::string_view removed, std::string_view changed,
                   const Said& before, const Said& after) {
  for (const auto& [name, value] : before) {
    const auto found = after.find(name);
    if (found == after.end()) {
      add({std::string(removed), name, value, std::nullopt});
    } else if (found->second != value) {
      add({std::string(changed), name, value, found->second});
    }
  }
  for (const auto& [name, value] : after) {
    if (!before.contains(name)) add({std::string(added), name, std::nullopt, value});
  }
}

std::vector<FactChange> compare_documents(const Json& before, const Json& after) {
  Changes changes;
  compare_files(before, after, changes);
  compare_facts(before, after, changes);
  compare_evaluations(before, after, changes);
  compare_permissions(before, after, changes);
  compare_tiers(before, after, changes);
  auto out = changes.take();
  const auto place = [](const FactChange& change) {
    const auto found = std::ranges::find(change_kinds(), change.kind);
    return std::tuple(found - change_kinds().begin(), std::string_view(change.subject));
  };
  std::ranges::stable_sort(out, {}, place);
  return out;
}

}  // namespace mpk::aibom
