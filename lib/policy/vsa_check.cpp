// The consumer's checks of a verification summary, the gravest first: one code tells.
#include "policy/vsa_check.hpp"

#include "attest/vsa.hpp"
#include "base/text.hpp"
#include "policy/judgement.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace mpk::policy {
namespace {

constexpr Fault kMalformed{"vsa-malformed", "no SLSA verification summary v1",
                           "the verifier must make it anew"};
constexpr Fault kVerifier{"vsa-verifier", "a summary by another verifier",
                          "its signer may only speak for the verifier that the policy names"};
constexpr Fault kResource{"vsa-resource", "a summary of another resource",
                          "have the verifier judge it under this name"};
constexpr Fault kFailed{"vsa-failed", "the verifier has refused the artifact",
                        "ask the verifier for its reasons"};
constexpr Fault kPolicy{"vsa-policy", "judged by a policy that does not count",
                        "add its digest to vsa.policies if it will do"};
constexpr Fault kLevel{"vsa-level", "a level is not reached", "correct vsa.levels, or the build"};

std::vector<std::string> digests_of(const attest::Vsa& vsa) {
  std::vector<std::string> out;
  for (const auto& [algorithm, hex] : vsa.policy_digest)
    out.push_back(fmt::format("{}:{}", algorithm, hex));
  return out;
}

void judge(const VsaRule& rule, const VsaRule::Verifier& verifier, const attest::Vsa& vsa,
           std::string_view resource_uri, const Digest& own_policy, Judgement& judged) {
  if (vsa.verifier_id != verifier.id) {
    judged.refuse(kVerifier, vsa.verifier_id, {verifier.id});
    return;
  }
  if (vsa.resource_uri != resource_uri) {
    judged.refuse(kResource, vsa.resource_uri, {std::string(resource_uri)});
    return;
  }
  if (!vsa.passed) {
    judged.refuse(kFailed, "FAILED", {"PASSED"});
    return;
  }
  std::vector<std::string> policies{own_policy.text()};
  for (const auto& each : rule.policies) policies.push_back(each.text());
  const auto found = digests_of(vsa);
  if (std::ranges::find_first_of(found, policies) == found.end()) {
    judged.refuse(kPolicy, found.empty() ? "no digest" : join(found, ", "), policies);
    return;
  }
  for (const auto& level : rule.levels) {
    if (!attest::reaches_level(vsa.levels, level))
      judged.refuse(kLevel, vsa.levels.empty() ? "no level" : join(vsa.levels, ", "), {level});
  }
}

}  // namespace

Check check_vsa(const VsaRule& rule, const VsaRule::Verifier& verifier, const Json& predicate,
                std::string_view resource_uri, const Digest& own_policy) {
  Judgement judged("vsa", "vsa", 1);
  std::string passes;
  if (const auto vsa = attest::read_vsa(predicate)) {
    judge(rule, verifier, *vsa, resource_uri, own_policy, judged);
    passes = "verifier " + printable(vsa->verifier_id, 200) + " · " +
             printable(vsa->levels.empty() ? "no level" : join(vsa->levels, ", "), 200);
  } else {
    judged.refuse(kMalformed, vsa.error().text());
  }
  return judged.only(std::move(passes));
}

}  // namespace mpk::policy
