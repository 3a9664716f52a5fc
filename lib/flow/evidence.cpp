// Evidence: verify every bundle once.
#include "flow/evidence.hpp"

#include "attest/predicate_type.hpp"
#include "attest/statement.hpp"
#include "base/parallel.hpp"
#include "crypto/hash.hpp"
#include "flow/aibom_reference.hpp"
#include "flow/attached_model.hpp"
#include "flow/model_signing.hpp"
#include "flow/signers.hpp"
#include "oms/statement.hpp"
#include "sigstore/legacy.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace mpk::flow {
namespace {

// Only to sort and to look at the bundles: what counts is what verification returns.
void read_claims(const sigstore::Bundle& bundle, CheckedBundle& out) {
  if (!bundle.envelope) return;
  auto statement = attest::parse_statement(bundle.envelope->payload);
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

sigstore::Expectation expectation_of(const BundleSubject& subject, const VerifyRequest& request,
                                     const std::optional<crypto::PublicKey>& key) {
  return {.artifact = subject.digest,
          .identities = {},
          .any_identity_judged_later = true,
          .key = key,
          .anchors = request.anchors,
          .other_digests = subject.other_digests,
          .content = subject.content ? std::optional(as_bytes(*subject.content)) : std::nullopt,
          .historical_message = request.historical_message};
}

bool needs_root(const VerifyRequest& request) {
  const auto asked = evidence_asked(request);
  return !request.keys_need_no_root || asked.logs || asked.timestamps || !asked.witnesses.empty();
}

std::size_t count_failures(const sigstore::Report& report) {
  return static_cast<std::size_t>(
      std::ranges::count(report.steps, sigstore::Step::Result::fail, &sigstore::Step::result));
}

void name_all_keys(const std::vector<crypto::PublicKey>& keys, sigstore::Report& report) {
  for (auto& step : report.steps) {
    if (step.code != "signature-invalid") continue;
    step.message = "signature holds for none of the policy's keys";
    step.expected.clear();
    for (const auto& key : keys) step.expected.push_back("key " + key.fingerprint().text());
    step.hint =
        "if the signer's key is missing in the policy, add it; is this what was signed, unchanged?";
  }
}

// A bundle only hints at its key, and a hint proves nothing: each key of the policy's is tried.
sigstore::Report judge_by_keys(const sigstore::Bundle& bundle, const BundleSubject& subject,
                               const VerifyRequest& request,
                               const std::vector<crypto::PublicKey>& keys, Timestamp now) {
  const sigstore::TrustedRoot empty{{}, {}, {}, {}, {}, request.trusted_root.digest};
  const auto& root = needs_root(request) ? request.trusted_root : empty;
  std::optional<sigstore::Report> nearest;
  for (const auto& key : keys) {
    auto report = sigstore::verify_read_bundle(bundle, expectation_of(subject, request, key), root,
                                               evidence_asked(request), now);
    if (report.verified) return report;
    if (!nearest || count_failures(report) < count_failures(*nearest)) nearest = std::move(report);
  }
  name_all_keys(keys, *nearest);
  return *std::move(nearest);
}

sigstore::Report judge(const sigstore::Bundle& bundle, const BundleSubject& subject,
                       const VerifyRequest& request, Timestamp now) {
  if (bundle.certificates.empty() && !request.key) {
    const auto keys = named_keys(request);
    if (!keys.empty()) return judge_by_keys(bundle, subject, request, keys, now);
  }
  return sigstore::verify_read_bundle(bundle, expectation_of(subject, request, request.key),
                                      request.trusted_root, evidence_asked(request), now);
}

// The signature covers the payload, and the payload names the artifact.
void refuse_other_subject(const sigstore::FoundLegacy& found, const Digest& subject,
                          CheckedBundle& checked) {
  checked.report.verified.reset();
  checked.report.steps.push_back({.id = "subject",
                                  .result = sigstore::Step::Result::fail,
                                  .code = "subject-mismatch",
                                  .message = "signed payload is about another artifact",
                                  .expected = {subject.text()},
                                  .found = found.about.text(),
                                  .hint =
                                      "the tag holds a signature of another artifact: sign this "
                                      "one"});
}

// Each layer of the tag's manifest is one signature or attestation.
Result<void> collect_legacy(oci::Store& store, const Digest& subject, const VerifyRequest& request,
                            Timestamp now, std::vector<CheckedBundle>& out) {
  return sigstore::each_legacy(store, subject, [&](const sigstore::FoundLegacy& found) {
    CheckedBundle checked;
    if (!found.problem.empty()) checked = unreadable(found.problem);
    checked.referrer = found.manifest;
    checked.digest = found.layer;
    checked.simple_signing = found.simple_signing;
    checked.predicate_type = found.predicate_type;
    if (found.problem.empty()) {
      const BundleSubject about{.name = {}, .digest = found.signed_digest};
      checked.report = judge(found.bundle, about, request, now);
    }
    if (found.problem.empty() && found.about != subject)
      refuse_other_subject(found, subject, checked);
    if (const auto* statement = proven_statement(checked); statement != nullptr) {
      checked.predicate_type = statement->predicate_type;
      checked.statement = statement->predicate;
    }
    out.push_back(std::move(checked));
  });
}

}  // namespace

std::string claimed_type(const ReadBundle& read) {
  CheckedBundle claims;
  if (read.bundle) read_claims(*read.bundle, claims);
  return claims.predicate_type;
}

CheckedBundle check_bundle(const ReadBundle& read, const BundleSubject& subject,
                           const VerifyRequest& request, Timestamp now) {
  CheckedBundle out;
  out.digest = crypto::sha256(read.text).text();
  if (read.bundle) {
    read_claims(*read.bundle, out);
    out.report = judge(*read.bundle, subject, request, now);
  } else {
    out.report = sigstore::unreadable_report(read.bundle.error());
  }
  out.malformed = out.report.malformed;
  if (const auto* statement = proven_statement(out); statement != nullptr)
    out.predicate_type = statement->predicate_type;
  return out;
}

namespace {

CheckedBundle check_found(const sigstore::FoundBundle& found, const BundleSubject& subject,
                          const VerifyRequest& request, Timestamp now, const ModelLayers* layers) {
  CheckedBundle checked;
  if (!found.problem.empty()) {
    checked = unreadable(found.problem);
  } else {
    const ReadBundle read(found.text);
    checked = check_bundle(read, subject, request, now);
    // Model Signing's older forms are no bundles yet.
    const bool of_model = oms::is_model_signature(checked.predicate_type) ||
                          (checked.malformed && is_model_bundle(read));
    if (layers != nullptr && of_model)
      checked = check_attached_model(found.text, *layers, request, now);
  }
  // Anyone may write annotations. One may say what a broken bundle was meant to be, so that the
  // failure is reported in its place; never what a bundle that verifies is.
  if (checked.predicate_type.empty() && !checked.report.verified) {
    auto hint = found.referrer.annotations.find("dev.sigstore.bundle.predicateType");
    if (hint != found.referrer.annotations.end()) checked.predicate_type = hint->second;
  }
  checked.referrer = found.referrer.digest.text();
  return checked;
}

/// Verifies what is found, two at a time, and keeps its order.
class Checks {
 public:
  Checks(BundleSubject subject, const VerifyRequest& request, Timestamp now,
         const ModelLayers* layers, std::vector<CheckedBundle>& out)
      : subject_(std::move(subject)), request_(request), now_(now), layers_(layers), out_(out) {}

  /// Whether to go on.
  bool add(sigstore::FoundBundle found) {
    bytes_ += found.text.size();
    waiting_.push_back(std::move(found));
    if (waiting_.size() == kMostWaiting || bytes_ >= kMostBytes) outcome_ = check_waiting();
    return outcome_.has_value();
  }
  Result<void> finish() {
    TRY(outcome_);
    return check_waiting();
  }

 private:
  // More bundles than this are not kept for the sake of speed.
  static constexpr std::size_t kMostWaiting = 8, kMostBytes = std::size_t{1} << 20;

  Result<void> check_waiting() {
    const auto before = out_.size();
    out_.resize(before + waiting_.size());
    TRY(parallel_for(waiting_.size(), 2, CancelToken(), [&](std::size_t i) -> Result<void> {
      out_[before + i] = check_found(waiting_[i], subject_, request_, now_, layers_);
      return {};
    }));
    waiting_.clear();
    bytes_ = 0;
    return {};
  }

  const BundleSubject subject_;
  const VerifyRequest& request_;
  const Timestamp now_;
  const ModelLayers* const layers_;
  std::vector<CheckedBundle>& out_;
  std::vector<sigstore::FoundBundle> waiting_;
  std::size_t bytes_ = 0;
  Result<void> outcome_;
};

}  // namespace

Result<std::vector<CheckedBundle>> collect_evidence(oci::Store& store, const Digest& subject,
                                                    const VerifyRequest& request, Timestamp now,
                                                    const ModelLayers* layers) {
  using LegacyTags = VerifyRequest::LegacyTags;
  std::vector<CheckedBundle> out;
  if (request.legacy_tags == LegacyTags::only) {
    TRY(collect_legacy(store, subject, request, now, out));
    TRY(follow_aibom_references(store, out));
    return out;
  }
  Checks checks({.name = {}, .digest = subject}, request, now, layers, out);
  TRY(sigstore::each_bundle(
      store, subject, [&](sigstore::FoundBundle found) { return checks.add(std::move(found)); }));
  TRY(checks.finish());
  // As cosign does: whoever writes bundles has left the tags behind, and an old one must not
  // outlive a new one.
  if (out.empty() && request.legacy_tags == LegacyTags::automatic)
    TRY(collect_legacy(store, subject, request, now, out));
  TRY(follow_aibom_references(store, out));
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
    if (bundle.report.verified->key) item.key = bundle.report.verified->key->text();
    item.witnesses = bundle.report.verified->witnesses;
    item.times = bundle.report.verified->times;
    item.logs = bundle.report.verified->logs;
  }
  return item;
}

}  // namespace mpk::flow
