// Evaluations by metric and slice: up and down are said of numbers only, and are not judged.
#include "aibom/compare_parts.hpp"
#include "aibom/lookup.hpp"
#include "model/forms.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace mpk::aibom {
namespace {

Said metrics(const Json& bom) {
  Said out;
  const auto& analysis = member(member(subject(bom), "modelCard"), "quantitativeAnalysis");
  for (const auto& metric : items(member(analysis, "performanceMetrics"))) {
    const auto& slice = text(metric, "slice");
    auto& value = out[text(metric, "type") + (slice.empty() ? "" : " (" + slice + ")")];
    value += (value.empty() ? "" : ", ") + text(metric, "value");
  }
  return out;
}

}  // namespace

void compare_evaluations(const Json& before, const Json& after, Changes& out) {
  const auto old = metrics(before), now = metrics(after);
  out.list("evaluation.added", "evaluation.removed", "evaluation.changed", old, now);
  auto changes = out.take();
  std::erase_if(changes, [&](FactChange& change) {
    if (change.kind != "evaluation.changed") return false;
    const auto was = model::decimal(change.before.value_or("")),
               is = model::decimal(change.after.value_or(""));
    if (was && is && *was < *is) change.kind = "evaluation.up";
    if (was && is && *was > *is) change.kind = "evaluation.down";
    // "0.50" and "0.5" are one result.
    return was && is && *was == *is;
  });
  for (auto& change : changes) out.add(std::move(change));
}

}  // namespace mpk::aibom
