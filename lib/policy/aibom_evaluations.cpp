// Evaluation results of an aiBOM (CycloneDX performanceMetrics) against floors and ceilings.
#include "aibom/lookup.hpp"
#include "policy/aibom_parts.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <optional>
#include <string>

namespace mpk::policy {
namespace {

using aibom::items;
using aibom::member;
using aibom::text;

constexpr Fault kMissing{"evaluation-missing", "an evaluation result is not there",
                         "evaluate the model and record it: docs/evaluation.md"};
constexpr Fault kNoNumber{"evaluation-not-a-number", "an evaluation result is no number",
                          "record it as a plain number: docs/evaluation.md"};
constexpr Fault kBelow{"evaluation-below", "an evaluation result is too low", {}};
constexpr Fault kAbove{"evaluation-above", "an evaluation result is too high", {}};

// CycloneDX has strings here; a number is taken as well. "71 %" is not: of what?
std::optional<double> number_of(const Json& value) {
  double out = 0;
  if (value.is_number()) {
    out = value.get<double>();
  } else {
    const auto& words = text(value);
    const auto read = std::from_chars(words.data(), words.data() + words.size(), out);
    if (words.empty() || read.ec != std::errc() || read.ptr != words.data() + words.size())
      return std::nullopt;
  }
  return std::isfinite(out) ? std::optional(out) : std::nullopt;
}

std::string shown(const EvaluationFloor& floor) {
  auto out = floor.metric;
  if (floor.slice) out += " (" + floor.slice->text + ")";
  if (floor.least) out += fmt::format(" at least {}", *floor.least);
  if (floor.most) out += fmt::format("{} at most {}", floor.least ? "," : "", *floor.most);
  return out;
}

void judge_result(const EvaluationFloor& floor, const Json& metric, Judgement& judged) {
  const auto& value = member(metric, "value");
  const auto& slice = text(metric, "slice");
  const auto found = floor.metric + " " + (value.is_string() ? text(value) : json::compact(value)) +
                     (slice.empty() ? "" : " (" + slice + ")");
  const auto number = number_of(value);
  if (!number) {
    judged.refuse(kNoNumber, found, {shown(floor)});
    return;
  }
  if (floor.least && *number < *floor.least) judged.refuse(kBelow, found, {shown(floor)});
  if (floor.most && *number > *floor.most) judged.refuse(kAbove, found, {shown(floor)});
}

}  // namespace

void judge_evaluations(const std::vector<EvaluationFloor>& floors, const Json& bom,
                       Judgement& judged) {
  const auto& card = member(aibom::subject(bom), "modelCard");
  const auto& metrics = items(member(member(card, "quantitativeAnalysis"), "performanceMetrics"));
  for (const auto& floor : floors) {
    bool is_there = false;
    for (const auto& metric : metrics) {
      if (text(metric, "type") != floor.metric) continue;
      if (floor.slice && !floor.slice->matches(text(metric, "slice"))) continue;
      is_there = true;
      judge_result(floor, metric, judged);
    }
    if (!is_there) judged.refuse(kMissing, shown(floor), {shown(floor)});
  }
}

}  // namespace mpk::policy
