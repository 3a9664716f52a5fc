// SARIF 2.1.0: one result for each check that was made.
#include "base/text.hpp"
#include "base/url.hpp"
#include "report/parts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace mpk::report {
namespace {

std::string rule_id(const policy::Check& check) {
  return printable(failed(check) && !check.code.empty() ? check.code : check.id);
}

/// oci://HOST/REPO:TAG; oci:DIR:TAG of a layout; the path of a file.
std::string uri_of(const policy::Verdict& verdict) {
  const std::string_view reference = verdict.reference;
  if (reference.starts_with("oci:")) return "oci:" + percent_encode(reference.substr(4), "/:@");
  if (verdict.scope == policy::Verdict::Scope::bundle) return percent_encode(reference, "/");
  const auto slash = std::min(reference.find('/'), reference.size());
  return "oci://" + percent_encode(reference.substr(0, slash), ":[]") +
         percent_encode(reference.substr(slash), "/:@");
}

Json result_json(const policy::Verdict& verdict, const policy::Check& check,
                 const std::string& name, std::size_t rule) {
  const auto id = rule_id(check);
  auto text = message(check);
  if (!check.hint.empty()) text += "; hint: " + printable(check.hint);
  Json expected = Json::array();
  for (const auto& line : check.expected) expected.push_back(printable(line));
  return {
      {"ruleId", id},
      {"ruleIndex", rule},
      {"kind", failed(check) ? "fail" : "pass"},
      {"level", failed(check) ? "error" : "none"},
      {"message", {{"text", text}}},
      {"locations",
       Json::array({{{"physicalLocation", {{"artifactLocation", {{"uri", uri_of(verdict)}}}}}}})},
      // What stays the same when the same thing is wrong again: no texts, no times.
      {"fingerprints", {{"mpk/v1", printable(verdict.reference) + " " + name + " " + id}}},
      {"properties",
       {{"check", printable(check.id)},
        {"decided", !undecided(check)},
        {"exitCode", check.exit_code},
        {"expected", std::move(expected)},
        {"found", printable(check.found)},
        {"evidence", printable(check.evidence)},
        {"digest", digest_text(verdict)}}}};
}

Json rule_json(const policy::Check& check) {
  const auto id = rule_id(check);
  const auto text = id == printable(check.id) ? "the check " + id : "a check fails with code " + id;
  return {{"id", id}, {"shortDescription", {{"text", text}}}};
}

}  // namespace

std::string sarif(const policy::Verdict& verdict, const About& about) {
  Json rules = Json::array(), results = Json::array();
  std::vector<std::string> known;
  const auto checks = checks_of(verdict);
  const auto names = names_of(checks);
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const auto& check = checks[i];
    if (check.result == policy::CheckResult::skip) continue;
    auto rule = std::ranges::find(known, rule_id(check));
    if (rule == known.end()) {
      rules.push_back(rule_json(check));
      rule = known.insert(known.end(), rule_id(check));
    }
    const auto index = static_cast<std::size_t>(rule - known.begin());
    results.push_back(result_json(verdict, check, names[i], index));
  }
  Json invocation = {
      {"executionSuccessful", verdict.outcome() != policy::Verdict::Outcome::undecided},
      {"exitCode", verdict.exit_code()}};
  Json driver = {{"name", "mpk"}, {"version", about.mpk_version}, {"rules", std::move(rules)}};
  Json run = {{"tool", {{"driver", std::move(driver)}}},
              {"invocations", Json::array({std::move(invocation)})},
              {"results", std::move(results)},
              {"properties",
               {{"verdict", outcome_word(verdict)},
                {"policy", printable(verdict.policy_name)},
                {"insecure", not_checked(verdict)}}}};
  return json::pretty({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                       {"version", "2.1.0"},
                       {"runs", Json::array({std::move(run)})}});
}

}  // namespace mpk::report
