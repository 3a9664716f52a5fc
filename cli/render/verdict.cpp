// A verdict on the screen.
#include "render/verdict.hpp"

#include "base/text.hpp"
#include "terminal/term.hpp"

#include <algorithm>

namespace mpk::cli {
namespace {

constexpr std::size_t kIndent = 18;  // under the message

std::string mark(policy::CheckResult result, bool color) {
  switch (result) {
    case policy::CheckResult::pass:
      return styled("ok  ", Style::good, color);
    case policy::CheckResult::fail:
      return styled("FAIL", Style::bad, color);
    case policy::CheckResult::skip:
      return styled("skip", Style::dim, color);
  }
  return {};
}

std::string check_lines(const policy::Check& check, bool verbose, bool color) {
  auto out =
      mark(check.result, color) + "  " + fit(check.label, 10) + "  " + printable(check.message);
  if (verbose && !check.code.empty()) out += " [" + check.code + "]";
  out += "\n";
  std::string indent(kIndent, ' ');
  for (const auto& line : check.expected) out += indent + "expected  " + printable(line) + "\n";
  if (!check.found.empty()) out += indent + "found     " + printable(check.found) + "\n";
  return out;
}

std::string step_lines(const policy::EvidenceItem& item, bool color) {
  auto out =
      styled("      " + printable(item.predicate_type) + " " + item.bundle, Style::dim, color) +
      "\n";
  for (const auto& step : item.steps) {
    const char* word = step.result == sigstore::Step::Result::pass   ? "ok  "
                       : step.result == sigstore::Step::Result::fail ? "FAIL"
                                                                     : "skip";
    out += "        " + std::string(word) + "  " + fit(step.id, 22) + "  " +
           printable(step.message) + (step.code.empty() ? "" : " [" + step.code + "]") + "\n";
  }
  return out;
}

std::string last_line(const policy::Verdict& verdict, bool color) {
  auto failed = static_cast<std::size_t>(std::count_if(
      verdict.checks.begin(), verdict.checks.end(),
      [](const policy::Check& check) { return check.result == policy::CheckResult::fail; }));
  auto count = [](std::size_t n) { return std::to_string(n) + (n == 1 ? " check" : " checks"); };
  std::string line;
  switch (verdict.outcome()) {
    case policy::Verdict::Outcome::passed:
      line = styled("passed", Style::good, color) + ": " + count(verdict.checks.size());
      break;
    case policy::Verdict::Outcome::refused:
      line = styled("refused", Style::bad, color) + ": " + std::to_string(failed) + " of " +
             count(verdict.checks.size()) + " failed";
      break;
    case policy::Verdict::Outcome::undecided:
      line = styled("undecided", Style::warn, color) + ": could not be checked";
      break;
  }
  if (!verdict.policy_name.empty()) {
    line += " · policy " + printable(verdict.policy_name);
    if (verdict.policy_digest) line += " (" + verdict.policy_digest->brief() + ")";
  }
  if (verdict.digest) line += " · " + verdict.digest->text();
  return line + "\n";
}

}  // namespace

std::string verdict_text(const policy::Verdict& verdict, bool quiet, bool verbose, bool color) {
  if (quiet) return last_line(verdict, color);
  std::string out;
  for (const auto& check : verdict.checks) out += check_lines(check, verbose, color);
  if (verbose) {
    for (const auto& item : verdict.evidence) out += step_lines(item, color);
  }
  out += last_line(verdict, color);
  for (const auto& check : verdict.checks) {
    if (check.result == policy::CheckResult::fail && !check.hint.empty())
      out += "hint: " + printable(check.hint) + "\n";
  }
  return out;
}

}  // namespace mpk::cli
