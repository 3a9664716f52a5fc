// Signers and what is asked beside them.
#include "flow/signers.hpp"

#include "attest/predicate_form.hpp"
#include "attest/predicate_type.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "flow/rules.hpp"

#include <algorithm>
#include <iterator>

namespace mpk::flow {
namespace {

std::optional<unsigned> larger(std::optional<unsigned> a, std::optional<unsigned> b) {
  return a && b ? std::max(*a, *b) : a ? a : b;
}

Error waived(const std::string& wish, const std::string& flag) {
  return {ErrorKind::usage, "the policy asks for " + wish + ", and " + flag + " would ignore them",
          "a flag waives only what no policy asks for: leave it out, or change the policy"};
}

// A policy is the word of who is responsible; the command line may be anybody's.
Result<void> check_waived_evidence(const policy::Policy& policy,
                                   const sigstore::Evidence& evidence) {
  if (evidence.insecure_ignore_tlog && policy.logs)
    return waived(counted(*policy.logs, "log"), "--insecure-ignore-tlog");
  if (evidence.insecure_ignore_tlog && policy.witnesses) {
    return waived("witnesses of the log", "--insecure-ignore-tlog");
  }
  if (evidence.insecure_ignore_timestamp && policy.timestamps)
    return waived(counted(*policy.timestamps, "timestamp"), "ignoring timestamps");
  return {};
}

}  // namespace

std::optional<Signers> own_signers(const VerifyRequest& request) {
  if (request.key) return Signers{.allowed = {}, .keys = {request.key->fingerprint()}};
  if (request.identities.empty()) return std::nullopt;
  return Signers{.allowed = request.identities};
}

Signers any_of(const policy::SignerList& list, std::size_t threshold) {
  Signers out{.allowed = list.identities, .keys = {}, .threshold = threshold};
  for (const auto& key : list.keys) out.keys.push_back(key.fingerprint());
  return out;
}

Signers signers_of(const policy::Policy& policy, const policy::AttestationRule& rule) {
  return any_of(rule.signers.empty() ? policy.signers : rule.signers, rule.threshold);
}

Signers signed_by(const policy::Policy& policy, const policy::SignedBy& section) {
  return section.signers.empty() ? any_of(policy.signers, policy.threshold)
                                 : any_of(section.signers, section.threshold);
}

std::vector<Signers> signer_sets(const VerifyRequest& request, const std::string& type) {
  std::vector<Signers> out;
  if (request.policy) {
    const auto& policy = *request.policy;
    for (const auto& rule : policy.attestations) {
      if (same_type(type, rule.predicate_type)) out.push_back(signers_of(policy, rule));
    }
    if (policy.provenance && type == attest::kSlsaProvenance)
      out.push_back(signed_by(policy, policy.provenance->signed_by));
    if (policy.aibom && policy.aibom->signed_by && attest::is_cyclonedx(type))
      out.push_back(signed_by(policy, *policy.aibom->signed_by));
    if (policy.content && policy.content->scan_signed_by && type == attest::kTestResult)
      out.push_back(signed_by(policy, *policy.content->scan_signed_by));
    if (out.empty()) out.push_back(any_of(policy.signers, policy.threshold));
  }
  if (auto own = own_signers(request)) out.push_back(*std::move(own));
  return out;
}

Signers aibom_signers(const policy::Policy& policy) {
  if (policy.aibom && policy.aibom->signed_by) return signed_by(policy, *policy.aibom->signed_by);
  Signers out;
  for (const auto& rule : policy.attestations) {
    if (!attest::is_cyclonedx(rule.predicate_type)) continue;
    auto own = any_of(rule.signers, rule.threshold);
    std::ranges::move(own.allowed, std::back_inserter(out.allowed));
    std::ranges::copy_if(own.keys, std::back_inserter(out.keys), [&](const Digest& key) {
      return std::ranges::find(out.keys, key) == out.keys.end();
    });
    out.threshold = std::max(out.threshold, rule.threshold);
  }
  const bool nobody = out.allowed.empty() && out.keys.empty();
  return nobody ? any_of(policy.signers, policy.threshold) : out;
}

std::vector<crypto::PublicKey> named_keys(const VerifyRequest& request) {
  if (request.key) return {*request.key};
  std::vector<crypto::PublicKey> out;
  const auto add = [&](const policy::SignerList& list) {
    for (const auto& key : list.keys) {
      if (std::ranges::find(out, key) == out.end()) out.push_back(key);
    }
  };
  if (request.policy) {
    const auto& policy = *request.policy;
    add(policy.signers);
    for (const auto& rule : policy.attestations) add(rule.signers);
    if (policy.provenance) add(policy.provenance->signed_by.signers);
    if (policy.aibom && policy.aibom->signed_by) add(policy.aibom->signed_by->signers);
    if (policy.content && policy.content->scan_signed_by)
      add(policy.content->scan_signed_by->signers);
    if (policy.waivers) add(policy.waivers->signed_by.signers);
    if (!policy.vsa) return out;
    for (const auto& verifier : policy.vsa->verifiers) add(verifier.signed_by.signers);
  }
  return out;
}

VerifyRequest for_reference(const VerifyRequest& request, const oci::Reference& reference) {
  auto out = request;
  out.policy.reset();
  if (!request.policies) return out;
  const auto* rule = request.policies->rule_for(reference.name());
  if (rule != nullptr) out.policy = {request.policies, rule};
  return out;
}

Result<VerifyRequest> for_file(const VerifyRequest& request) {
  auto out = request;
  if (!request.policies || request.policy) return out;
  const auto& rules = request.policies->rules;
  if (rules.size() > 1 || !rules.front().match.empty()) {
    return Error(ErrorKind::usage,
                 request.policies->file + ": its rules are about references, and this is a file",
                 "use a policy without match and rules for files");
  }
  out.policy = {request.policies, &rules.front()};
  return out;
}

bool asks_for(const policy::Policy& policy, const std::string& type) {
  if (type.empty() || type == attest::kCosignSign) return policy.signature_required;
  if (policy.aibom && attest::is_cyclonedx(type)) return true;
  if (policy.provenance && type == attest::kSlsaProvenance) return true;
  if (policy.content && policy.content->scan_required && type == attest::kTestResult) return true;
  return std::ranges::any_of(policy.attestations, [&](const policy::AttestationRule& rule) {
    return same_type(type, rule.predicate_type);
  });
}

Result<void> check_request(const VerifyRequest& request) {
  const bool policy = request.policy || request.policies;
  if (request.build) {
    if (!policy && request.identities.empty() && !request.key) return {};
    return Error(ErrorKind::usage, "where something was built says who must have signed");
  }
  if (request.key && (policy || !request.identities.empty())) {
    return Error(ErrorKind::usage, "a key has no identity that could be compared",
                 "give either --key, or --certificate-identity and --policy");
  }
  if (!policy && request.identities.empty() && !request.key) {
    return Error(
        ErrorKind::usage, "who must have signed? neither an identity nor a policy was given",
        "add --certificate-identity ID --certificate-oidc-issuer URL, or --policy FILE, or "
        "--key FILE");
  }
  if (request.policy) TRY(check_waived_evidence(*request.policy, request.evidence));
  return {};
}

sigstore::Evidence evidence_asked(const VerifyRequest& request) {
  auto out = request.evidence;
  if (!request.policy) return out;
  out.logs = larger(out.logs, request.policy->logs);
  out.timestamps = larger(out.timestamps, request.policy->timestamps);
  if (request.policy->witnesses) out.witnesses.push_back(*request.policy->witnesses);
  return out;
}

policy::Verdict start_verdict(const std::string& reference, const VerifyRequest& request) {
  policy::Verdict verdict;
  verdict.reference = reference;
  if (request.policy) {
    verdict.policy_name = request.policy->name;
    verdict.policy_digest = request.policy->digest;
  } else if (request.policies) {
    verdict.policy_name = request.policies->name;
    verdict.policy_digest = request.policies->digest;
  }
  if (request.predicate_type || request.build) {
    verdict.scope = policy::Verdict::Scope::attestation;
    verdict.scope_type = request.predicate_type.value_or(std::string(attest::kSlsaProvenance));
  }
  verdict.trusted_root = request.trusted_root.digest;
  const auto& evidence = request.evidence;
  if (evidence.insecure_ignore_sct) verdict.insecure.push_back("sct");
  if (evidence.insecure_ignore_tlog) verdict.insecure.push_back("tlog");
  if (evidence.insecure_ignore_timestamp) verdict.insecure.push_back("timestamp");
  return verdict;
}

policy::Verdict no_rule(const std::string& reference, const VerifyRequest& request) {
  auto verdict = start_verdict(reference, request);
  policy::Check check{.id = "policy",
                      .label = "policy",
                      .result = policy::CheckResult::fail,
                      .code = "no-rule",
                      .message = "no rule of the policy is about this reference",
                      .found = reference,
                      .hint = "add a rule whose match fits, or use another reference",
                      .exit_code = 1};
  for (const auto& rule : request.policies->rules)
    std::ranges::move(policy::texts(rule.match), std::back_inserter(check.expected));
  verdict.checks.push_back(std::move(check));
  return verdict;
}

policy::Check witness_check(const VerifyRequest& request,
                            const std::vector<CheckedBundle>& bundles) {
  policy::Check check{.id = "witness", .label = "witness", .result = policy::CheckResult::skip};
  if (evidence_asked(request).witnesses.empty()) {
    check.message = "none named";
    return check;
  }
  check.message = "no bundle verifies";
  for (const auto& bundle : bundles) {
    if (!bundle.report.verified) continue;
    // A bundle without its quorum has not verified.
    check.result = policy::CheckResult::pass;
    check.message = "cosigned by " + join(bundle.report.verified->witnesses, ", ");
    check.evidence = bundle.digest;
    break;
  }
  return check;
}

}  // namespace mpk::flow
