// A verdict on the screen.
#include "render/verdict.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "report/report.hpp"
#include "terminal/term.hpp"
#include "version.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <vector>

namespace mpk::cli {
namespace {

constexpr std::size_t kLabelLeast = 10, kLabelMost = 24;

// Of a URI the end of its path, as much as fits: types of one host differ there.
std::string label_of(const policy::Check& check) {
  std::string_view label = check.label;
  if (const auto scheme = label.find("://"); scheme != std::string_view::npos) {
    label.remove_prefix(scheme + 3);
    while (label.ends_with('/')) label.remove_suffix(1);
    if (const auto slash = label.find('/'); slash != std::string_view::npos)
      label.remove_prefix(slash + 1);
    for (auto slash = label.find('/'); label.size() > kLabelMost && slash != std::string_view::npos;
         slash = label.find('/'))
      label.remove_prefix(slash + 1);
  }
  return printable(label);
}

std::size_t label_width(const policy::Verdict& verdict) {
  std::size_t width = kLabelLeast;
  for (const auto& check : verdict.checks) width = std::max(width, display_width(label_of(check)));
  return std::min(width, kLabelMost);
}

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

std::string check_lines(const policy::Check& check, std::size_t width, bool verbose, bool color) {
  auto out = mark(check.result, color) + "  " + fit(label_of(check), width) + "  " +
             printable(check.message);
  if (verbose && !check.code.empty()) out += " [" + check.code + "]";
  out += "\n";
  std::string indent(width + 8, ' ');  // under the message
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
  auto number = [&](policy::CheckResult result) {
    return std::ranges::count(verdict.checks, result, &policy::Check::result);
  };
  const auto failed = number(policy::CheckResult::fail);
  const auto skipped = number(policy::CheckResult::skip);
  const auto run = counted(verdict.checks.size() - static_cast<std::size_t>(skipped), "check");
  const auto rest = skipped == 0 ? std::string() : ", " + std::to_string(skipped) + " skipped";
  std::string line;
  switch (verdict.outcome()) {
    case policy::Verdict::Outcome::passed:
      line = styled("passed", Style::good, color) + ": " + run + rest;
      break;
    case policy::Verdict::Outcome::refused:
      line = styled("refused", Style::bad, color) + ": " + std::to_string(failed) + " of " + run +
             " failed" + rest;
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

// What was waived must be seen without -v too.
std::string waived_line(const sigstore::Evidence& evidence) {
  std::vector<std::string> waived;
  if (evidence.insecure_ignore_sct) waived.emplace_back("CT log (--insecure-ignore-sct)");
  if (evidence.insecure_ignore_tlog)
    waived.emplace_back("transparency log (--insecure-ignore-tlog)");
  if (evidence.insecure_ignore_timestamp) waived.emplace_back("timestamp");
  return waived.empty() ? "" : "not checked: " + join(waived, ", ") + "\n";
}

}  // namespace

std::string verdict_text(const policy::Verdict& verdict, const VerdictStyle& style,
                         const sigstore::Evidence& evidence) {
  if (style.quiet) return last_line(verdict, style.color);
  std::string out;
  const auto width = label_width(verdict);
  for (const auto& check : verdict.checks)
    out += check_lines(check, width, style.verbose, style.color);
  if (style.verbose) {
    for (const auto& item : verdict.evidence) out += step_lines(item, style.color);
  }
  out += waived_line(evidence) + last_line(verdict, style.color);
  std::set<std::string> hints;
  for (const auto& check : verdict.checks) {
    if (check.result == policy::CheckResult::fail && !check.hint.empty() &&
        hints.insert(check.hint).second)
      out += "hint: " + printable(check.hint) + "\n";
  }
  return out;
}

std::vector<std::string> verdict_formats() {
  auto words = report::format_words();
  words.insert(words.begin(), {"text", "json"});
  return words;
}

void print_verdict(Session& session, const policy::Verdict& verdict,
                   const sigstore::Evidence& evidence) {
  if (const auto format = report::parse_format(session.format()))
    return session.print_raw(report::write(*format, verdict, {kVersion, session.clock().now()}));
  if (session.json()) return session.print_json(policy::to_json(verdict));
  session.print_raw(
      verdict_text(verdict, {session.quiet(), session.verbose(), session.color()}, evidence));
}

}  // namespace mpk::cli
