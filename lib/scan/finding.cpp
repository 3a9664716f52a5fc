// Findings: counted, capped, sorted.
#include "scan/finding.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace mpk::scan {
namespace {

constexpr auto kWords =
    std::to_array<std::string_view>({"info", "low", "medium", "high", "critical"});
constexpr std::size_t kLongText = 400;  // of what was found

}  // namespace

std::string_view to_string(Severity severity) {
  return kWords.at(static_cast<std::size_t>(severity));
}

Result<Severity> parse_severity(std::string_view word) {
  const auto* const at = std::ranges::find(kWords, word);
  if (at != kWords.end()) return static_cast<Severity>(at - kWords.begin());
  return Error(ErrorKind::usage, "unknown severity \"" + printable(word, 40) + "\"",
               "one of info, low, medium, high, critical");
}

const Rule& rule(std::string_view code) {
  const auto all = rules();
  const auto at = std::ranges::find(all, code, &Rule::code);
  if (at == all.end()) std::abort();  // a code that this module misspells
  return *at;
}

void Findings::add(Finding finding) {
  if (finding.found.size() > kLongText) finding.found.resize(kLongText);
  const auto key = std::tuple(finding.rule->code, finding.member, finding.found);
  if (const auto known = known_.find(key); known != known_.end()) {
    ++list_[known->second].count;
    return;
  }
  if (list_.size() >= kMost) {
    const auto& many = rule("scan.many");
    if (list_.size() == kMost) {
      list_.push_back({.rule = &many, .severity = many.severity, .found = "more findings"});
    } else {
      ++list_.back().count;
    }
    return;
  }
  known_.emplace(key, list_.size());
  list_.push_back(std::move(finding));
}

void Findings::add(std::string_view code, std::string member, std::optional<std::uint64_t> offset,
                   std::string found, std::string detail) {
  const auto& which = rule(code);
  add({.rule = &which,
       .severity = which.severity,
       .member = std::move(member),
       .offset = offset,
       .found = std::move(found),
       .detail = std::move(detail)});
}

std::vector<Finding> Findings::take(const std::string& file) {
  for (auto& finding : list_) finding.file = file;
  known_.clear();
  return std::exchange(list_, {});
}

void sort_findings(std::vector<Finding>& findings) {
  const auto key = [](const Finding& each) {
    return std::tuple(-static_cast<int>(each.severity), std::string_view(each.file),
                      std::string_view(each.member), each.offset.value_or(0), each.rule->code,
                      std::string_view(each.found));
  };
  std::ranges::sort(findings, [&](const Finding& a, const Finding& b) { return key(a) < key(b); });
}

}  // namespace mpk::scan
