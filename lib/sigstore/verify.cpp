// verify: the client specification's steps in its order (sigstore/architecture-docs, client-spec.md
// §4).
#include "sigstore/verify.hpp"

#include "sigstore/verify_steps.hpp"

#include <algorithm>
#include <set>

namespace mpk::sigstore {
namespace {

std::string describe(const Bundle& bundle) {
  return "bundle v0." + std::to_string(bundle.minor_version) + " with a " +
         (bundle.envelope ? "DSSE envelope" : "message signature");
}

Step form_failed(const Error& error) {
  const bool large = error.kind() == ErrorKind::too_large;
  return failed("bundle.form", {.code = large ? "bundle-too-large" : "bundle-malformed",
                                .message = error.text(),
                                .hint = error.hint()});
}

Result<void> check_form(const Bundle& bundle, const Expectation& expectation,
                        const TrustedRoot& root) {
  if (!expectation.anchors.empty()) return {};
  std::vector<crypto::Certificate> known;
  for (const auto& authority : root.certificate_authorities)
    known.insert(known.end(), authority.chain.begin(), authority.chain.end());
  return check_certificates(bundle, known);
}

}  // namespace

Step passed(std::string id, std::string message) {
  return {std::move(id), Step::Result::pass, {}, std::move(message), {}, {}, {}};
}

Step skipped(std::string id, std::string why) {
  return {std::move(id), Step::Result::skip, {}, std::move(why), {}, {}, {}};
}

Step failed(std::string id, Problem problem) {
  return {std::move(id),
          Step::Result::fail,
          std::move(problem.code),
          std::move(problem.message),
          std::move(problem.expected),
          std::move(problem.found),
          std::move(problem.hint)};
}

const crypto::Certificate* Case::leaf() const {
  return bundle.certificates.empty() ? nullptr : &bundle.certificates.front();
}

const Digest* Case::known_digest(DigestAlgorithm algorithm) const {
  if (expectation.artifact.algorithm() == algorithm) return &expectation.artifact;
  const auto found = std::ranges::find(expectation.other_digests, algorithm, &Digest::algorithm);
  return found == expectation.other_digests.end() ? nullptr : &*found;
}

bool Case::by_trusted_root() const { return !expectation.key && expectation.anchors.empty(); }

std::size_t count_different(const std::vector<Source>& sources) {
  std::set<std::string> seen;
  for (const auto& source : sources) {
    seen.insert(source.operated_by.empty() ? "name " + source.name
                                           : "operator " + source.operated_by);
  }
  return seen.size();
}

BytesView Case::signature() const {
  return bundle.message ? bundle.message->signature : bundle.envelope->signatures.front().sig;
}

const Step* Report::first_failure() const {
  const auto step = std::ranges::find(steps, Step::Result::fail, &Step::result);
  return step == steps.end() ? nullptr : &*step;
}

Report unreadable_report(const Error& error) {
  Report report;
  report.malformed = true;
  report.steps.push_back(form_failed(error));
  return report;
}

Report verify_bundle(std::string_view bundle_text, const Expectation& expectation,
                     const TrustedRoot& root, const Evidence& evidence, Timestamp now) {
  const auto bundle = parse_bundle(bundle_text);
  if (!bundle) return unreadable_report(bundle.error());
  return verify_read_bundle(*bundle, expectation, root, evidence, now);
}

Report verify_read_bundle(const Bundle& bundle, const Expectation& expectation,
                          const TrustedRoot& root, const Evidence& evidence, Timestamp now) {
  if (const auto form = check_form(bundle, expectation, root); !form)
    return unreadable_report(form.error());
  Report report;
  Case c{bundle, expectation, root, evidence, now};
  if (bundle.envelope) {
    c.pae = attest::pae(bundle.envelope->payload_type, bundle.envelope->payload);
  }

  report.steps.push_back(passed("bundle.form", describe(bundle)));
  report.steps.push_back(check_key(c));
  // The log's times first, as they decide whether a timestamp is required; reported in spec order.
  Step log_times = check_log_times(c);
  report.steps.push_back(check_timestamps(c));
  report.steps.push_back(std::move(log_times));
  report.steps.push_back(check_chain(c));
  report.steps.push_back(check_sct(c));
  report.steps.push_back(check_identity(c));
  // Settles which digest is signed, which the log's entry must agree with; reported after it.
  Step signature = check_signature(c);
  report.steps.push_back(check_inclusion(c));
  report.steps.push_back(check_witnesses(c));
  report.steps.push_back(check_entries(c));
  report.steps.push_back(std::move(signature));
  report.steps.push_back(check_subject(c));

  if (report.first_failure() == nullptr) report.verified = std::move(c.facts);
  return report;
}

}  // namespace mpk::sigstore
