// The checks of a report, and a verdict in one line.
#include "report/parts.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <map>

namespace mpk::report {

bool failed(const policy::Check& check) { return check.result == policy::CheckResult::fail; }

bool undecided(const policy::Check& check) {
  // As the verdict takes it: a failure without a code of refusals decides nothing.
  return failed(check) && policy::winning_exit_code({check.exit_code}) == policy::kUndecided;
}

std::vector<policy::Check> checks_of(const policy::Verdict& verdict) {
  auto checks = verdict.checks;
  if (verdict.outcome() != policy::Verdict::Outcome::passed &&
      std::ranges::none_of(checks, failed)) {
    checks.push_back({.id = "verdict",
                      .label = "verdict",
                      .result = policy::CheckResult::fail,
                      .code = "nothing-checked",
                      .message = "no check has passed",
                      .exit_code = policy::kUndecided});
  }
  return checks;
}

std::vector<std::string> names_of(const std::vector<policy::Check>& checks) {
  std::map<std::string, int> seen;
  std::vector<std::string> out;
  for (const auto& check : checks) {
    const auto id = printable(check.id);
    const int number = ++seen[id];
    out.push_back(number == 1 ? id : id + " " + std::to_string(number));
  }
  return out;
}

std::string outcome_word(const policy::Verdict& verdict) {
  return std::string(to_string(verdict.outcome()));
}

std::string digest_text(const policy::Verdict& verdict) {
  return verdict.digest ? verdict.digest->text() : "";
}

std::string summary(const policy::Verdict& verdict) {
  std::string out = outcome_word(verdict) + ":";
  const char* separator = " ";
  for (const auto& check : checks_of(verdict)) {
    if (!failed(check)) continue;
    out += separator + check.id + ": " + message(check) + " [" + check.code + "]";
    separator = "; ";
  }
  if (verdict.outcome() == policy::Verdict::Outcome::passed) {
    const auto passed =
        std::ranges::count(verdict.checks, policy::CheckResult::pass, &policy::Check::result);
    out += " " + counted(static_cast<std::uint64_t>(passed), "check");
    for (const auto& line : not_checked(verdict)) out += ", " + line;
  }
  return printable(out, kLine);
}

std::string message(const policy::Check& check) {
  auto out = check.message;
  if (!check.expected.empty()) out += "; expected " + join(check.expected, ", ");
  if (!check.found.empty()) out += "; found " + check.found;
  return printable(out);
}

std::vector<std::string> not_checked(const policy::Verdict& verdict) {
  std::vector<std::string> out;
  for (const auto& evidence : verdict.insecure)
    out.push_back("not checked: " + printable(evidence));
  return out;
}

}  // namespace mpk::report
