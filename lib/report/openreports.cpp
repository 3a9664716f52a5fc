// Report of openreports.io/v1alpha1: what Kubernetes' policy tools show.
#include "report/openreports.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "report/parts.hpp"

#include <nlohmann/json.hpp>

namespace mpk::report {
namespace {

constexpr std::size_t kLabel = 63;  // RFC 1123

const char* result_of(const policy::Check& check) {
  if (check.result == policy::CheckResult::skip) return "skip";
  if (!failed(check)) return "pass";
  return undecided(check) ? "error" : "fail";
}

const char* severity_of(const policy::Check& check) {
  if (!failed(check)) return "info";
  switch (check.exit_code) {
    case 1:   // other bytes, or what a policy asks for
    case 12:  // another signer, or a broken proof
    case 22:  // the aiBOM is of other bytes
    case 23:  // what may run code
      return "critical";
    case 10:
    case 11:
    case 13:
      return "high";
    default:  // no aiBOM or an invalid one; could not decide
      return "medium";
  }
}

// Without a digest the reference must do: its end, as tags differ there.
std::string name_of(const policy::Verdict& verdict) {
  const std::string prefix = "mpk-";
  if (verdict.digest) return prefix + verdict.digest->hex().substr(0, kLabel - prefix.size());
  std::string name;
  for (const char c : lower_ascii(verdict.reference)) {
    const bool plain = is_lower(c) || is_digit(c);
    if (plain) name += c;
    if (!plain && !name.ends_with('-')) name += '-';
  }
  const std::string unresolved = prefix + "unresolved-";
  if (name.size() > kLabel - unresolved.size())
    name.erase(0, name.size() - (kLabel - unresolved.size()));
  name = unresolved + name;
  while (name.ends_with('-')) name.pop_back();
  return name;
}

std::map<std::string, std::string> properties_of(const policy::Verdict& verdict,
                                                 const policy::Check& check) {
  return {{"reference", verdict.reference},
          {"digest", digest_text(verdict)},
          {"policyDigest", verdict.policy_digest ? verdict.policy_digest->text() : ""},
          {"code", check.code},
          {"exitCode", failed(check) ? std::to_string(check.exit_code) : ""},
          {"expected", join(check.expected, ", ")},
          {"found", check.found},
          {"evidence", check.evidence},
          {"hint", check.hint}};
}

}  // namespace

Json open_result(const OpenResult& result, Timestamp now) {
  // A CRD's map of strings.
  Json properties = Json::object();
  for (const auto& [name, value] : result.properties) {
    if (!value.empty()) properties[name] = printable(value, kLine);
  }
  return {{"source", "mpk"},
          {"policy", printable(result.policy, kLine)},
          {"rule", printable(result.rule, kLine)},
          {"category", printable(result.category, kLine)},
          {"severity", result.severity},
          {"timestamp", {{"seconds", now.seconds()}, {"nanos", now.nanoseconds()}}},
          {"result", result.result},
          {"scored", true},
          {"message", printable(result.message, kLine)},
          {"properties", std::move(properties)}};
}

Json open_report(const std::string& kind, Json metadata, Json results) {
  std::map<std::string, int> counts = {
      {"pass", 0}, {"fail", 0}, {"warn", 0}, {"error", 0}, {"skip", 0}};
  for (const auto& result : results) ++counts[result.at("result").get<std::string>()];
  return {{"apiVersion", "openreports.io/v1alpha1"},
          {"kind", kind},
          {"metadata", std::move(metadata)},
          {"source", "mpk"},
          {"summary", counts},
          {"results", std::move(results)}};
}

std::string openreports(const policy::Verdict& verdict, const About& about) {
  Json results = Json::array();
  for (const auto& check : checks_of(verdict)) {
    results.push_back(
        open_result({.policy = verdict.policy_name.empty() ? "mpk verify" : verdict.policy_name,
                     .rule = check.id,
                     .category = check.label,
                     .severity = severity_of(check),
                     .result = result_of(check),
                     .message = check.message,
                     .properties = properties_of(verdict, check)},
                    about.now));
  }
  return json::pretty(open_report("Report", {{"name", name_of(verdict)}}, std::move(results)));
}

}  // namespace mpk::report
