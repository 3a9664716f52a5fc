// Report of openreports.io/v1alpha1: what Kubernetes' policy tools show.
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "report/parts.hpp"

#include <nlohmann/json.hpp>

#include <map>

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

// A CRD's map of strings; nobody needs the empty ones.
Json properties_of(const policy::Verdict& verdict, const policy::Check& check) {
  const std::map<std::string, std::string> all = {
      {"reference", verdict.reference},
      {"digest", digest_text(verdict)},
      {"policyDigest", verdict.policy_digest ? verdict.policy_digest->text() : ""},
      {"code", check.code},
      {"exitCode", failed(check) ? std::to_string(check.exit_code) : ""},
      {"expected", join(check.expected, ", ")},
      {"found", check.found},
      {"evidence", check.evidence},
      {"hint", check.hint}};
  Json out = Json::object();
  for (const auto& [name, value] : all) {
    if (!value.empty()) out[name] = printable(value, kLine);
  }
  return out;
}

Json result_json(const policy::Verdict& verdict, const policy::Check& check, Timestamp now) {
  return {{"source", "mpk"},
          {"policy",
           verdict.policy_name.empty() ? "mpk verify" : printable(verdict.policy_name, kLine)},
          {"rule", printable(check.id, kLine)},
          {"category", printable(check.label, kLine)},
          {"severity", severity_of(check)},
          {"timestamp", {{"seconds", now.seconds()}, {"nanos", now.nanoseconds()}}},
          {"result", result_of(check)},
          {"scored", true},
          {"message", printable(check.message, kLine)},
          {"properties", properties_of(verdict, check)}};
}

}  // namespace

std::string openreports(const policy::Verdict& verdict, const About& about) {
  Json results = Json::array();
  Json summary = {{"pass", 0}, {"fail", 0}, {"warn", 0}, {"error", 0}, {"skip", 0}};
  for (const auto& check : checks_of(verdict)) {
    auto& count = summary[result_of(check)];
    count = count.get<int>() + 1;
    results.push_back(result_json(verdict, check, about.now));
  }
  return json::pretty({{"apiVersion", "openreports.io/v1alpha1"},
                       {"kind", "Report"},
                       {"metadata", {{"name", name_of(verdict)}}},
                       {"source", "mpk"},
                       {"summary", std::move(summary)},
                       {"results", std::move(results)}});
}

}  // namespace mpk::report
