// report_json, sarif_json: all members are always there.
#include "scan/report.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace mpk::scan {
namespace {

/// JSON is UTF-8; names in pickles and archives need not be.
std::string utf8(const std::string& text) { return is_valid_utf8(text) ? text : printable(text); }

Json finding_json(const Finding& finding) {
  Json out = {{"code", finding.rule->code},
              {"severity", to_string(finding.severity)},
              {"file", utf8(finding.file)},
              {"member", utf8(finding.member)},
              {"offset", nullptr},
              {"found", utf8(finding.found)},
              {"detail", utf8(finding.detail)},
              {"why", finding.rule->why},
              {"hint", finding.rule->hint},
              {"count", finding.count}};
  if (finding.offset) out["offset"] = *finding.offset;
  return out;
}

/// SARIF 2.1.0 §3.27.10.
std::string_view level(Severity severity) {
  if (severity >= Severity::high) return "error";
  return severity == Severity::medium ? "warning" : "note";
}

/// RFC 3986 §3.3: what may stand in a path, the rest as %XX.
std::string uri(const std::string& path) {
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return out;
}

std::string message(const Finding& finding) {
  auto out = std::string(finding.rule->why);
  if (!finding.found.empty()) out = printable(finding.found, 200) + ": " + out;
  if (!finding.detail.empty()) out += " (" + printable(finding.detail, 200) + ")";
  return out;
}

Json result_json(const Finding& finding) {
  Json physical = {{"artifactLocation", {{"uri", uri(finding.file)}}}};
  // An offset in a member is none in the file.
  if (finding.offset && finding.member.empty())
    physical["region"] = {{"byteOffset", *finding.offset}, {"byteLength", 1}};
  Json location = {{"physicalLocation", std::move(physical)}};
  if (!finding.member.empty())
    location["logicalLocations"] = Json::array({{{"fullyQualifiedName", utf8(place_of(finding))}}});
  return {
      {"ruleId", finding.rule->code},
      {"ruleIndex", finding.rule - rules().data()},
      {"level", level(finding.severity)},
      {"message", {{"text", message(finding)}}},
      {"locations", Json::array({std::move(location)})},
      {"properties", {{"severity", to_string(finding.severity)}, {"occurrences", finding.count}}}};
}

Json rule_json(const Rule& rule) {
  Json out = {{"id", rule.code},
              {"shortDescription", {{"text", rule.why}}},
              {"defaultConfiguration", {{"level", level(rule.severity)}}},
              {"properties", {{"severity", to_string(rule.severity)}}}};
  if (!rule.hint.empty()) out["help"] = {{"text", rule.hint}};
  return out;
}

}  // namespace

std::string place_of(const Finding& finding) {
  return finding.member.empty() ? finding.file : finding.file + "!" + finding.member;
}

Json report_json(const Report& report, Severity fail_on) {
  const auto findings = report.findings();
  Json list = Json::array(), files = Json::array(), ignored = Json::array();
  std::size_t counts[5] = {};
  for (const auto& finding : findings) {
    list.push_back(finding_json(finding));
    ++counts[static_cast<std::size_t>(finding.severity)];
  }
  for (const auto& file : report.files) {
    files.push_back({{"path", utf8(file.path)},
                     {"size", file.size},
                     {"type", file.type},
                     {"members", file.members},
                     {"pickles", file.pickles},
                     {"findings", file.findings.size()}});
  }
  for (const auto& path : report.ignored) ignored.push_back(utf8(path));
  Json by_severity = Json::object();
  for (const auto severity :
       {Severity::critical, Severity::high, Severity::medium, Severity::low, Severity::info})
    by_severity[std::string(to_string(severity))] = counts[static_cast<std::size_t>(severity)];
  return {{"version", 1},
          {"result", report.reaches(fail_on) ? "unsafe" : "clean"},
          {"failOn", to_string(fail_on)},
          {"counts", std::move(by_severity)},
          {"scanned",
           {{"files", report.files.size()},
            {"members", report.members()},
            {"pickles", report.pickles()},
            {"bytes", report.bytes()}}},
          {"files", std::move(files)},
          {"ignored", std::move(ignored)},
          {"findings", std::move(list)}};
}

Json sarif_json(const Report& report, const std::string& version) {
  Json results = Json::array(), known = Json::array();
  for (const auto& rule : rules()) known.push_back(rule_json(rule));
  for (const auto& finding : report.findings()) results.push_back(result_json(finding));
  Json driver = {{"name", "mpk"}, {"version", version}, {"rules", std::move(known)}};
  Json run = {{"tool", {{"driver", std::move(driver)}}}, {"results", std::move(results)}};
  return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
          {"version", "2.1.0"},
          {"runs", Json::array({std::move(run)})}};
}

}  // namespace mpk::scan
