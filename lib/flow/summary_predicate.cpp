// Predicates that sum up a verdict.
#include "flow/summary_predicate.hpp"

#include "attest/vsa.hpp"
#include "base/url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace mpk::flow {
namespace {

constexpr const char* kVerifier = "urn:mpk:verifier";
constexpr const char* kPolicyPrefix = "urn:mpk:policy:";
constexpr const char* kPropertyPrefix = "urn:mpk:check:";
constexpr const char* kSlsaVersion = "1.2";

Result<void> check_passed(const policy::Verdict& verdict) {
  const bool whole = verdict.scope == policy::Verdict::Scope::artifact && verdict.policy_digest;
  if (!whole || !verdict.digest)
    return Error(ErrorKind::usage, "a summary is of a whole artifact under a policy");
  if (verdict.outcome() == policy::Verdict::Outcome::passed) return {};
  return Error(ErrorKind::usage, "the policy did not pass, and only a pass is summed up");
}

std::string verifier_of(const SummaryOptions& options) {
  return options.verifier_id.empty() ? kVerifier : options.verifier_id;
}

std::string policy_of(const policy::Verdict& verdict, const SummaryOptions& options) {
  return options.policy_uri.empty() ? kPolicyPrefix + percent_encode(verdict.policy_name)
                                    : options.policy_uri;
}

// The bundles that decided, each once.
std::vector<attest::VsaInput> inputs_of(const policy::Verdict& verdict,
                                        const std::string& resource) {
  std::set<std::string> decided;
  for (const auto& check : verdict.checks) {
    if (check.result == policy::CheckResult::pass) decided.insert(check.evidence);
  }
  std::vector<attest::VsaInput> out;
  for (const auto& item : verdict.evidence) {
    auto digest = Digest::parse(item.bundle);
    if (!item.verified || !digest || decided.erase(item.bundle) == 0) continue;
    const auto at = item.referrer.empty() ? item.bundle : item.referrer;
    out.push_back({.uri = resource + "@" + at, .digest = digest.take()});
  }
  return out;
}

}  // namespace

Result<Json> vsa_predicate(const policy::Verdict& verdict, const std::string& resource,
                           const SummaryOptions& options) {
  TRY(check_passed(verdict));
  attest::Vsa vsa{.verifier_id = verifier_of(options),
                  .verifier_version = {{"mpk", options.mpk_version}},
                  .time_verified = Timestamp::from_seconds(options.now.seconds()),
                  .resource_uri = resource,
                  .policy_uri = policy_of(verdict, options),
                  .policy_digest = {{"sha256", verdict.policy_digest->hex()}},
                  .inputs = inputs_of(verdict, resource),
                  .passed = true,
                  .slsa_version = kSlsaVersion};
  const auto level = verdict.provenance_facts.find("level");
  if (level != verdict.provenance_facts.end()) vsa.levels.push_back(level->second);
  for (const auto& own : options.levels) {
    TRY(attest::check_own_level(own));
    if (std::ranges::find(vsa.levels, own) == vsa.levels.end()) vsa.levels.push_back(own);
  }
  return attest::make_vsa(vsa);
}

Result<Json> svr_predicate(const policy::Verdict& verdict, const SummaryOptions& options) {
  TRY(check_passed(verdict));
  std::set<std::string> properties(options.levels.begin(), options.levels.end());
  for (const auto& check : verdict.checks) {
    if (check.result == policy::CheckResult::pass) properties.insert(kPropertyPrefix + check.id);
  }
  Json policy = {{"uri", policy_of(verdict, options)},
                 {"digest", {{"sha256", verdict.policy_digest->hex()}}}};
  return Json{{"verifier", {{"id", verifier_of(options)}, {"policies", Json::array({policy})}}},
              {"timeCreated", Timestamp::from_seconds(options.now.seconds()).text()},
              {"properties", properties}};
}

}  // namespace mpk::flow
