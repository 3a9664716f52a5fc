// summary: looked for no further than needed.
#include "flow/summary.hpp"

#include "attest/vsa.hpp"
#include "base/text.hpp"
#include "flow/judge.hpp"
#include "flow/rules.hpp"
#include "flow/signers.hpp"
#include "json/parse.hpp"
#include "policy/vsa_check.hpp"
#include "sigstore/attach.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace mpk::flow {
namespace {

Rule rule_of(const policy::Policy& policy, const policy::VsaRule::Verifier& verifier,
             Timestamp now) {
  return {.id = "vsa",
          .label = "vsa",
          .predicate_type = std::string(attest::kVsa),
          .signers = signed_by(policy, verifier.signed_by),
          .missing_exit_code = 1,
          .missing_code = "no-summary",
          .missing_message = "no verification summary is attached",
          .missing_hint = "mpk attest REF --type vsa --policy FILE checks everything and signs one",
          .oldest = oldest(policy.vsa->max_age, now)};
}

// Those that say the right thing, then whether enough of the right people say it.
policy::Check judge_verifier(const policy::Policy& policy,
                             const policy::VsaRule::Verifier& verifier,
                             std::span<const CheckedBundle> bundles, const std::string& resource,
                             Timestamp now) {
  std::vector<CheckedBundle> right;
  std::optional<policy::Check> wrong;
  for (const auto& bundle : bundles) {
    const auto* statement = proven_statement(bundle);
    if (statement == nullptr || statement->predicate_type != attest::kVsa) {
      right.push_back(bundle);  // its failure is told by the rule
      continue;
    }
    const auto predicate = json::parse(statement->predicate);
    auto check = policy::check_vsa(*policy.vsa, verifier, predicate ? *predicate : Json(), resource,
                                   policy.digest);
    check.evidence = bundle.digest;
    if (check.result == policy::CheckResult::pass) {
      right.push_back(bundle);
    } else {
      wrong = std::move(check);
    }
  }
  auto check = apply_rule(rule_of(policy, verifier, now), right).check;
  if (check.result == policy::CheckResult::pass) {
    check.message = "passed by " + printable(verifier.id, 200) + " · " + check.message;
  } else if (check.code == "no-summary" && wrong) {
    return *std::move(wrong);
  }
  return check;
}

bool one_signer_is_enough(const policy::Policy& policy) {
  return std::ranges::all_of(policy.vsa->verifiers, [&](const auto& verifier) {
    return signed_by(policy, verifier.signed_by).threshold <= 1;
  });
}

}  // namespace

std::string resource_uri(const oci::Reference& reference) { return "oci://" + reference.name(); }

bool takes_summary(const VerifyRequest& request) {
  if (!request.policy || !request.policy->vsa || request.deep || request.predicate_type)
    return false;
  return !own_signers(request);  // who is named besides must have signed, too
}

policy::Check judge_summary(const policy::Policy& policy, std::span<const CheckedBundle> bundles,
                            const std::string& resource, Timestamp now) {
  std::optional<policy::Check> out;
  for (const auto& verifier : policy.vsa->verifiers) {
    auto check = judge_verifier(policy, verifier, bundles, resource, now);
    if (check.result == policy::CheckResult::pass) return check;
    // A summary by one verifier is "by another" to each of the others: that tells the least.
    if (!out || out->code == "no-summary" || out->code == "vsa-verifier") out = std::move(check);
  }
  return *std::move(out);
}

bool decide_by_summary(const policy::Policy& policy, const Digest& artifact, policy::Check judged,
                       policy::Verdict& verdict) {
  const bool decides = judged.result == policy::CheckResult::pass || policy.vsa->required;
  if (decides) {
    check_denied(policy, {artifact}, verdict);
  } else {
    leave_out(judged);
  }
  verdict.checks.push_back(std::move(judged));
  return decides;
}

Result<Summary> find_summary(oci::Store& store, const Digest& subject, const std::string& resource,
                             const VerifyRequest& request, Timestamp now) {
  const auto& policy = *request.policy;
  Summary out;
  const bool alone = one_signer_is_enough(policy);
  const BundleSubject about{.name = {}, .digest = subject};
  TRY(sigstore::each_bundle(
      store, subject,
      [&](const sigstore::FoundBundle& found) {
        if (!found.problem.empty()) return true;
        const ReadBundle read(found.text);
        if (claimed_type(read) != attest::kVsa) return true;
        auto checked = check_bundle(read, about, request, now);
        checked.referrer = found.referrer.digest.text();
        out.bundles.push_back(std::move(checked));
        const std::span all(out.bundles);
        out.check = judge_summary(policy, alone ? all.last(1) : all, resource, now);
        return out.check.result != policy::CheckResult::pass;
      },
      attest::kVsa));
  // Why none is enough, all of them say.
  if (out.check.result != policy::CheckResult::pass)
    out.check = judge_summary(policy, out.bundles, resource, now);
  return out;
}

}  // namespace mpk::flow
