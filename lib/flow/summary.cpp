// summary: looked for no further than needed.
#include "flow/summary.hpp"

#include "attest/vsa.hpp"
#include "base/text.hpp"
#include "flow/rules.hpp"
#include "flow/signers.hpp"
#include "json/parse.hpp"
#include "policy/vsa_check.hpp"
#include "sigstore/attach.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace mpk::flow {
namespace {

Rule rule_of(const policy::Policy& policy, const policy::VsaRule::Verifier& verifier,
             Timestamp now) {
  Rule rule{
      .id = "vsa",
      .label = "vsa",
      .predicate_type = std::string(attest::kVsa),
      .signers = signed_by(policy, verifier.signed_by),
      .missing_exit_code = 1,
      .missing_code = "no-summary",
      .missing_message = "no verification summary is attached",
      .missing_hint = "mpk attest REF --type vsa --policy FILE checks everything and signs one"};
  if (policy.vsa->max_age)
    rule.oldest = now.plus_seconds(-static_cast<std::int64_t>(*policy.vsa->max_age));
  return rule;
}

// Those that say the right thing, then whether enough of the right people say it.
policy::Check judge_verifier(const policy::Policy& policy,
                             const policy::VsaRule::Verifier& verifier,
                             const std::vector<CheckedBundle>& bundles, const std::string& resource,
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

}  // namespace

policy::Check judge_summary(const policy::Policy& policy, const std::vector<CheckedBundle>& bundles,
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

Result<Summary> find_summary(oci::Store& store, const Digest& subject, const std::string& resource,
                             const VerifyRequest& request, Timestamp now) {
  const auto& policy = *request.policy;
  Summary out{.check = judge_summary(policy, {}, resource, now), .bundles = {}};
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
        out.check = judge_summary(policy, out.bundles, resource, now);
        return out.check.result != policy::CheckResult::pass;
      },
      attest::kVsa));
  return out;
}

}  // namespace mpk::flow
