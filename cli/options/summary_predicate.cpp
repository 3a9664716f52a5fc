// A predicate that is made by verifying.
#include "options/summary_predicate.hpp"

#include "attest/predicate_form.hpp"
#include "attest/vsa.hpp"
#include "flow/summary.hpp"
#include "flow/summary_predicate.hpp"
#include "flow/verify.hpp"
#include "policy/verdict.hpp"
#include "render/verdict.hpp"

namespace mpk::cli {

void SummaryPredicateOptions::add_to(OptionSet& set) {
  policy.add_to(set);
  set.option("--verifier-id", "URI", verifier_id, "Who has verified, for a vsa or svr");
  set.option("--policy-uri", "URI", policy_uri, "Where the policy can be read, for a vsa or svr");
  set.option("--level", "LEVEL", levels, "A level of your own that is reached, for a vsa or svr");
}

Result<void> SummaryPredicateOptions::check(const std::string& type, bool predicate_given) const {
  if (predicate_given) {
    return Error(ErrorKind::usage, "--predicate and --policy exclude each other",
                 "with --policy the predicate is made of the verdict");
  }
  if (type == attest::kVsa || type == attest::kSvr) return {};
  return Error(ErrorKind::usage, "--policy makes a predicate of type vsa or svr, not " + type,
               "give the predicate with --predicate FILE");
}

Result<SummaryPredicateOptions::Made> SummaryPredicateOptions::predicate(
    const std::string& type, const oci::Reference& reference, oci::Store& store,
    const TrustOptions& trust, const flow::Context& context, Session& session) const {
  auto policies = TRY(policy.resolve(session));
  auto root = TRY(trust.resolve(session));
  flow::VerifyRequest request{.policies = std::move(policies),
                              .trusted_root = std::move(root),
                              .keys_need_no_root = !trust.given()};
  request.deep = true;
  const auto verdict = TRY(flow::verify_in_store(context, store, reference, request));
  if (verdict.outcome() != policy::Verdict::Outcome::passed) {
    print_verdict(session, verdict, request.evidence);
    return Made{.predicate = {}, .exit_code = verdict.exit_code()};
  }
  const flow::SummaryOptions options{.verifier_id = verifier_id.value_or(""),
                                     .policy_uri = policy_uri.value_or(""),
                                     .levels = levels,
                                     .now = context.clock.now(),
                                     .mpk_version = context.mpk_version};
  if (type == attest::kSvr) return Made{.predicate = TRY(flow::svr_predicate(verdict, options))};
  return Made{.predicate =
                  TRY(flow::vsa_predicate(verdict, flow::resource_uri(reference), options))};
}

}  // namespace mpk::cli
