// Judgement: failures gathered by code.
#include "policy/judgement.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace mpk::policy {
namespace {

constexpr std::size_t kInMessage = 3;
constexpr std::size_t kKept = 20;
constexpr std::size_t kLongest = 200;

std::string first_of(const std::vector<std::string>& kept, std::size_t most, std::size_t more) {
  const auto shown = std::min(kept.size(), most);
  auto out = join(std::span(kept).first(shown), "; ");
  more += kept.size() - shown;
  if (more > 0) out += "; and " + std::to_string(more) + " more";
  return out;
}

// Whether there was room.
bool keep(std::vector<std::string>& list, std::string_view text) {
  auto safe = printable(text, kLongest);
  if (std::ranges::find(list, safe) != list.end()) return true;
  if (list.size() == kKept) return false;
  list.push_back(std::move(safe));
  return true;
}

}  // namespace

void Judgement::refuse(const Fault& fault, std::string_view found,
                       const std::vector<std::string>& expected) {
  auto at = std::ranges::find(failures_, fault.code,
                              [](const Failure& failure) { return failure.fault.code; });
  if (at == failures_.end()) {
    failures_.push_back({.fault = fault, .found = {}, .expected = {}});
    at = failures_.end() - 1;
  }
  for (const auto& each : expected) keep(at->expected, each);
  if (!keep(at->found, found.empty() ? "(empty)" : found)) ++at->more;
}

Check Judgement::only(std::string passes) const {
  std::vector<Check> checks;
  add_to(checks, std::move(passes));
  return std::move(checks.front());
}

void Judgement::add_to(std::vector<Check>& checks, std::string passes) const {
  for (const auto& failure : failures_) {
    checks.push_back({.id = id_,
                      .label = label_,
                      .result = CheckResult::fail,
                      .code = std::string(failure.fault.code),
                      .message = fmt::format("{}: {}", failure.fault.message,
                                             first_of(failure.found, kInMessage, failure.more)),
                      .expected = failure.expected,
                      .found = first_of(failure.found, kKept, failure.more),
                      .evidence = {},
                      .hint = std::string(failure.fault.hint),
                      .exit_code = exit_code_});
  }
  if (refused()) return;
  checks.push_back({.id = id_,
                    .label = label_,
                    .result = CheckResult::pass,
                    .code = {},
                    .message = std::move(passes)});
}

}  // namespace mpk::policy
