// scan_text: three lines a finding, then one for the whole.
#include "render/scan.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "scan/report.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace mpk::cli {
namespace {

constexpr std::size_t kIndent = 10;

std::string finding_text(const scan::Finding& finding) {
  std::string severity(scan::to_string(finding.severity));
  severity.resize(kIndent, ' ');
  std::string out = severity + printable(scan::place_of(finding), 400);
  if (!finding.found.empty()) out += ": " + printable(finding.found, 200);
  out += " [" + std::string(finding.rule->code) + "]";
  if (finding.offset) out += " at byte " + std::to_string(*finding.offset);
  if (finding.count > 1) out += ", " + std::to_string(finding.count) + " times";
  const std::string margin(kIndent, ' ');
  out += "\n" + margin + std::string(finding.rule->why);
  if (!finding.detail.empty()) out += ": " + printable(finding.detail, 200);
  if (!finding.rule->hint.empty())
    out += "\n" + margin + "hint: " + std::string(finding.rule->hint);
  return out + "\n";
}

}  // namespace

std::string scan_summary(const scan::Report& report, scan::Severity fail_on) {
  const auto findings = report.findings();
  std::string counts;
  for (const auto severity : {scan::Severity::critical, scan::Severity::high,
                              scan::Severity::medium, scan::Severity::low, scan::Severity::info}) {
    std::size_t count = 0;
    for (const auto& finding : findings) count += finding.severity == severity ? 1 : 0;
    if (count > 0) {
      counts += (counts.empty() ? "" : ", ") + std::to_string(count) + " " +
                std::string(scan::to_string(severity));
    }
  }
  std::string out = report.reaches(fail_on) ? "unsafe: " : "clean: ";
  out += counts.empty() ? "no findings" : counts;
  out += " · " + counted(report.files.size(), "file") + ", " + counted(report.members(), "member") +
         " inside, " + counted(report.pickles(), "pickle") + " · " + human_size(report.bytes());
  if (!report.ignored.empty()) out += " · " + std::to_string(report.ignored.size()) + " ignored";
  return out + "\n";
}

std::string scan_text(const scan::Report& report, scan::Severity fail_on, bool all) {
  std::string out;
  std::size_t hidden = 0;
  for (const auto& finding : report.findings()) {
    if (!all && finding.severity == scan::Severity::info && fail_on != scan::Severity::info) {
      ++hidden;
    } else {
      out += finding_text(finding);
    }
  }
  if (all) {
    for (const auto& file : report.files) {
      out += "scanned   " + printable(file.path, 400) + ": " + file.type + ", " +
             human_size(file.size) + ", " + counted(file.members, "member") + ", " +
             counted(file.pickles, "pickle") + "\n";
    }
    for (const auto& path : report.ignored) out += "ignored   " + printable(path, 400) + "\n";
  }
  if (hidden > 0)
    out += counted(hidden, "note") + " of level info not shown (--verbose shows them)\n";
  return out + scan_summary(report, fail_on);
}

}  // namespace mpk::cli
