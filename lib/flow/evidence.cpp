// Evidence: verify every bundle once.
#include "flow/evidence.hpp"

#include "attest/predicate_type.hpp"
#include "attest/statement.hpp"
#include "crypto/hash.hpp"

#include <algorithm>

namespace mpk::flow {
namespace {

// Only to sort and to look at the bundles: what counts is what verification returns.
void read_claims(const std::string& text, CheckedBundle& out) {
  auto bundle = sigstore::parse_bundle(text);
  if (!bundle || !bundle->envelope) return;
  auto statement = attest::parse_statement(bundle->envelope->payload);
  if (!statement) return;
  out.predicate_type = statement->predicate_type;
  out.statement = statement->predicate;
}

CheckedBundle unreadable(const std::string& problem) {
  CheckedBundle out;
  out.malformed = true;
  out.report.malformed = true;
  out.report.steps.push_back({.id = "bundle.form",
                              .result = sigstore::Step::Result::fail,
                              .code = "bundle-unreadable",
                              .message = problem,
                              .expected = {},
                              .found = {},
                              .hint = {}});
  return out;
}

}  // namespace

CheckedBundle check_bundle(const std::string& bundle, const Digest& artifact,
                           const VerifyRequest& request, Timestamp now) {
  CheckedBundle out;
  read_claims(bundle, out);
  out.digest = crypto::sha256(bundle).text();
  sigstore::Expectation expectation{
      .artifact = artifact, .identities = {}, .any_identity_judged_later = true};
  expectation.historical_message = request.historical_message;
  out.report =
      sigstore::verify_bundle(bundle, expectation, request.trusted_root, request.evidence, now);
  out.malformed = out.report.malformed;
  if (const auto* statement = proven_statement(out); statement != nullptr)
    out.predicate_type = statement->predicate_type;
  return out;
}

Result<std::vector<CheckedBundle>> collect_evidence(oci::Store& store, const Digest& subject,
                                                    const VerifyRequest& request, Timestamp now) {
  std::vector<CheckedBundle> out;
  TRY(sigstore::each_bundle(store, subject, [&](const sigstore::FoundBundle& found) {
    CheckedBundle checked = found.problem.empty() ? check_bundle(found.text, subject, request, now)
                                                  : unreadable(found.problem);
    // Anyone may write annotations. One may say what a broken bundle was meant to be, so that the
    // failure is reported in its place; never what a bundle that verifies is.
    if (checked.predicate_type.empty() && !checked.report.verified) {
      auto hint = found.referrer.annotations.find("dev.sigstore.bundle.predicateType");
      if (hint != found.referrer.annotations.end()) checked.predicate_type = hint->second;
    }
    checked.referrer = found.referrer.digest.text();
    out.push_back(std::move(checked));
  }));
  return out;
}

const attest::Statement* proven_statement(const CheckedBundle& bundle) {
  if (!bundle.report.verified || !bundle.report.verified->statement) return nullptr;
  return &*bundle.report.verified->statement;
}

Timestamp newest_time(const CheckedBundle& bundle) {
  Timestamp newest;
  for (const auto& time : bundle.report.verified->times) newest = std::max(newest, time.time);
  return newest;
}

policy::EvidenceItem evidence_item(const CheckedBundle& bundle) {
  policy::EvidenceItem item;
  item.type = bundle.predicate_type == attest::kCosignSign ? "signature" : "attestation";
  item.predicate_type = bundle.predicate_type;
  item.bundle = bundle.digest;
  item.referrer = bundle.referrer;
  item.verified = bundle.report.verified.has_value();
  item.steps = bundle.report.steps;
  if (const auto* failure = bundle.report.first_failure(); failure != nullptr)
    item.problem = failure->message;
  if (bundle.report.verified) {
    item.identity = bundle.report.verified->identity;
    item.times = bundle.report.verified->times;
    item.logs = bundle.report.verified->logs;
  }
  return item;
}

}  // namespace mpk::flow
