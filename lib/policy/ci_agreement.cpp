// A predicate's claims against the certificate's: which of them is which.
#include "policy/ci_agreement.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {
namespace {

using attest::CiFamily;
using attest::CiTopic;

constexpr std::string_view kHint =
    "what the predicate says is not what the CI vouched for; do not use it";
constexpr Fault kRepository{"repository-disagrees", "the predicate names another repository",
                            kHint};
constexpr Fault kRef{"ref-disagrees", "the predicate names another ref", kHint};
constexpr Fault kCommit{"commit-disagrees", "the predicate names another commit", kHint};
constexpr Fault kWorkflow{"workflow-disagrees", "the predicate names another workflow", kHint};
constexpr Fault kTrigger{"trigger-disagrees", "the predicate names another trigger", kHint};
constexpr Fault kIdentifier{"identifier-disagrees", "the predicate has another identifier", kHint};
constexpr Fault kRun{"run-disagrees", "the predicate is of another run", kHint};
constexpr Fault kRunner{"runner-disagrees", "the predicate names another kind of runner", kHint};
constexpr Fault kUnproven{"claim-unproven", "the certificate proves nothing of what is said here",
                          "the certificate is older than these claims; build and sign anew"};

struct Run {
  std::string id, attempt;  // GitHub's
  std::string job;          // GitLab's
};

Run parse_run(std::string_view url) {
  Run out;
  constexpr std::string_view kRuns = "/actions/runs/", kAttempts = "/attempts/", kJobs = "/-/jobs/";
  if (const auto at = url.find(kRuns); at != std::string_view::npos) {
    const auto rest = url.substr(at + kRuns.size());
    const auto border = rest.find(kAttempts);
    if (border == std::string_view::npos) return out;
    out.id = rest.substr(0, border);
    out.attempt = rest.substr(border + kAttempts.size());
  } else if (const auto job = url.find(kJobs); job != std::string_view::npos) {
    out.job = url.substr(job + kJobs.size());
  }
  return out;
}

std::vector<std::string> forms_of_run(const std::string& url) {
  const auto run = parse_run(url);
  std::vector<std::string> out = {url};
  if (!run.id.empty() && !run.attempt.empty()) out.push_back(run.id + "-" + run.attempt);
  if (!run.job.empty()) out.push_back(run.job);
  return out;
}

// GitLab knows branches and tags by their names alone.
std::vector<std::string> forms_of_ref(const std::string& ref, CiFamily family) {
  std::vector<std::string> out = {ref};
  if (family != CiFamily::gitlab) return out;
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
    if (ref.starts_with(prefix)) out.push_back(ref.substr(prefix.size()));
  }
  return out;
}

// https://github.com/o/r, or o/r as a runner's variable has it.
std::vector<std::string> forms_of_repository(const std::string& url) {
  constexpr std::string_view kScheme = "https://";
  std::vector<std::string> out = {url};
  const auto path = url.find('/', kScheme.size());
  if (url.starts_with(kScheme) && path != std::string::npos) out.push_back(url.substr(path + 1));
  return out;
}

struct Proven {
  const Fault& fault;
  std::vector<std::string> values;  // any of these; an empty first one: the certificate has none
};

Proven proven(CiTopic topic, const CiCertificate& certificate, CiFamily family) {
  switch (topic) {
    case CiTopic::repository:
      return {kRepository, forms_of_repository(certificate.repository)};
    case CiTopic::ref:
      return {kRef, forms_of_ref(certificate.ref, family)};
    case CiTopic::commit:
      return {kCommit, {certificate.commit}};
    case CiTopic::workflow:
      return {kWorkflow, {certificate.workflow()}};
    case CiTopic::workflow_ref:
      return {kWorkflow, {certificate.config.ref}};
    case CiTopic::workflow_commit:
      return {kWorkflow, {certificate.config_commit}};
    case CiTopic::trigger:
      return {kTrigger, {certificate.trigger}};
    case CiTopic::repository_id:
      return {kIdentifier, {certificate.repository_id}};
    case CiTopic::owner_id:
      return {kIdentifier, {certificate.owner_id}};
    case CiTopic::run:
      return {kRun, forms_of_run(certificate.run)};
    case CiTopic::run_id:
      return {kRun, {parse_run(certificate.run).id}};
    case CiTopic::run_attempt:
      return {kRun, {parse_run(certificate.run).attempt}};
    case CiTopic::runner:
      return {kRunner, {certificate.runner}};
  }
  return {kUnproven, {}};
}

}  // namespace

std::size_t compare_with_certificate(const attest::CiClaims& claims,
                                     const CiCertificate& certificate, CiSigner signer,
                                     Judgement& judged) {
  const bool shared = signer == CiSigner::generator || signer == CiSigner::delegator;
  std::size_t compared = 0;
  for (const auto& claim : claims.said) {
    const auto [fault, values] = proven(claim.topic, certificate, claims.family);
    const auto found = claim.place + " " + claim.value;
    if (values.empty() || values.front().empty()) {
      if (!shared) judged.refuse(kUnproven, found);
      continue;
    }
    ++compared;
    if (std::ranges::find(values, claim.value) == values.end()) judged.refuse(fault, found, values);
  }
  return compared;
}

}  // namespace mpk::policy
