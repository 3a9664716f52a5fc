// verify of bundles from a file: each is judged, one that holds is enough.
#include "attest/predicate_type.hpp"
#include "flow/evidence.hpp"
#include "flow/judge.hpp"
#include "flow/judge_build.hpp"
#include "flow/rules.hpp"
#include "flow/signers.hpp"
#include "flow/verify.hpp"

#include <algorithm>

namespace mpk::flow {
namespace {

policy::Check not_asked_for(const std::string& type) {
  return {.id = "bundle",
          .label = "bundle",
          .result = policy::CheckResult::fail,
          .code = "predicate-type-mismatch",
          .message = "the policy says nothing about this type of bundle",
          .found = type.empty() ? "a signature of bytes" : type,
          .exit_code = 12};
}

void judge_type(const std::string& type, const std::vector<CheckedBundle>& bundles,
                const VerifyRequest& request, std::vector<policy::Check>& out) {
  if (request.policy && !asks_for(*request.policy, type)) {
    out.push_back(not_asked_for(type));
    return;
  }
  for (const auto& signers : signer_sets(request, type)) {
    Rule rule{.id = "bundle",
              .label = type.empty() ? "signature" : attest::predicate_type_label(type),
              .predicate_type = type,
              .signers = signers,
              .missing_exit_code = 12,
              .missing_code = "predicate-type-mismatch",
              .missing_message = "the bundle is of another predicate type",
              .missing_hint = {}};
    auto check = apply_rule(rule, bundles).check;
    if (check.code == "predicate-type-mismatch") check.found = bundles.front().predicate_type;
    out.push_back(std::move(check));
  }
}

bool all_pass(const std::vector<policy::Check>& checks) {
  return std::ranges::all_of(
      checks, [](const auto& check) { return check.result == policy::CheckResult::pass; });
}

}  // namespace

Result<policy::Verdict> verify_bundle_file(const Context& context,
                                           const std::vector<ReadBundle>& bundles,
                                           const BundleSubject& subject,
                                           const VerifyRequest& request) {
  if (request.policies && !request.policy)
    return verify_bundle_file(context, bundles, subject, TRY(for_file(request)));
  TRY(check_request(request));
  auto verdict = start_verdict(subject.name, request);
  verdict.digest = subject.digest;
  verdict.scope = policy::Verdict::Scope::bundle;
  std::vector<CheckedBundle> checked;
  std::vector<std::string> types;
  for (const auto& bundle : bundles) {
    checked.push_back(check_bundle(bundle, subject, request, context.clock.now()));
    verdict.evidence.push_back(evidence_item(checked.back()));
    const auto& type = checked.back().predicate_type;
    if (std::ranges::find(types, type) == types.end()) types.push_back(type);
  }
  if (request.predicate_type) types = {*request.predicate_type};
  verdict.scope_type = types.front();
  if (request.build) {
    judge_build(*request.build, request.predicate_type, checked, verdict);
    verdict.checks.push_back(witness_check(request, checked));
    return verdict;
  }

  std::vector<std::vector<policy::Check>> judged;
  for (const auto& type : types) judge_type(type, checked, request, judged.emplace_back());
  const auto held = std::ranges::find_if(judged, all_pass);
  if (held != judged.end())
    verdict.scope_type = types[static_cast<std::size_t>(held - judged.begin())];
  for (auto& checks : judged) {
    // Of several types in one file one is enough.
    const bool counts = held == judged.end() || all_pass(checks);
    for (auto& check : checks) {
      if (!counts) leave_out(check);
      verdict.checks.push_back(std::move(check));
    }
  }
  if (request.policy) check_denied(*request.policy, {subject.digest}, verdict);
  verdict.checks.push_back(witness_check(request, checked));
  return verdict;
}

}  // namespace mpk::flow
