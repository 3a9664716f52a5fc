// Where an artifact was built: each question once, the certificate first.
#include "policy/ci_provenance.hpp"

#include "attest/ci_claims.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"
#include "policy/ci_agreement.hpp"
#include "policy/ci_certificate.hpp"
#include "policy/judgement.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::policy {
namespace {

using attest::CiClaims;
using attest::CiFamily;

constexpr int kIdentity = 12;
constexpr int kRefused = 1;

constexpr Fault kMalformed{"provenance-malformed", "no SLSA provenance v1 or v0.2",
                           "get the provenance again from where it was published"};
constexpr Fault kTypeUnknown{"build-type-unknown", "a build type that mpk does not know",
                             "docs/attest-verify.md lists the known ones; for others verify with "
                             "mpk verify --policy"};
constexpr Fault kMember{"member-missing", "this build type always has what is not there",
                        "nothing proves that the build was of this source; get the provenance "
                        "from the builder itself"};
constexpr Fault kIssuer{"issuer-not-expected", "another issuer vouches for the signer",
                        "for a CI of your own name its issuer with --certificate-oidc-issuer"};
constexpr Fault kClaimMissing{"claim-missing", "the certificate is not of a CI's build",
                              "only certificates for GitHub's and GitLab's workflows say what was "
                              "built; mpk verify judges others"};
constexpr Fault kClaimsDisagree{"claims-disagree", "the certificate contradicts itself", ""};
constexpr Fault kSource{"source-not-expected", "built from another repository",
                        "names are compared exactly, also upper and lower case; correct "
                        "--source-uri if the other one is right"};
constexpr Fault kElsewhere{"workflow-elsewhere",
                           "the workflow that ran is not of the source repository", ""};
constexpr Fault kCommit{"commit-not-expected", "built from another commit", ""};
constexpr Fault kBranch{"branch-not-expected", "built from another ref",
                        "correct --source-branch if that ref is right; a tag has no branch"};
constexpr Fault kTag{"tag-not-expected", "built from another ref",
                     "correct --source-tag if that ref is right; a branch has no tag"};
constexpr Fault kVersion{"version-not-expected", "built from a ref of another version",
                         "v1 is every v1.x.y; a prerelease only matches itself"};
constexpr Fault kSigner{"signer-not-expected", "another workflow signed", ""};
constexpr Fault kSignerUnknown{
    "signer-unknown", "signed by a workflow that is neither the source's own nor a known builder",
    "name it with --signer-workflow or --builder-id if you trust it"};
constexpr Fault kUnversioned{"signer-unversioned",
                             "the signer's workflow was not taken from a release",
                             "use it by a tag vX.Y.Z; --builder-id ID@REF accepts another ref of "
                             "a builder outside slsa-github-generator"};
constexpr Fault kBuilder{"builder-not-expected", "built by another builder",
                         "correct --builder-id if the other one is right"};
constexpr Fault kPullRequest{"pull-request", "built for a pull request, before anybody merged it",
                             "--allow-pull-requests accepts such builds"};
constexpr Fault kSelfHosted{"runner-self-hosted", "built on a runner that its owner hosts", ""};
constexpr Fault kRunnerUnproven{"runner-unproven", "the certificate does not say where it ran", ""};
constexpr Fault kTypeMismatch{"build-type-mismatch",
                              "the signer does not write provenance of this build type", ""};
constexpr Fault kBuilderDisagrees{
    "builder-disagrees", "the predicate names a builder that the certificate does not", ""};
constexpr Fault kBuilderUnknown{"builder-unknown",
                                "a lent signature, of a builder that mpk does not know",
                                "name it with --builder-id if you trust it"};
constexpr Fault kBuilderUnversioned{"builder-unversioned",
                                    "the builder's workflow was not taken from a release",
                                    "--builder-id ID@REF accepts another ref"};
constexpr Fault kInputsUnknown{"inputs-unknown", "no inputs are recorded",
                               "only runs by workflow_dispatch have them, and only some builders "
                               "record them"};
constexpr Fault kInputMissing{"input-missing", "an input is not there", ""};
constexpr Fault kInputDiffers{"input-differs", "an input has another value", ""};

Judgement judgement(const std::string& what, int exit_code) {
  return {"build." + what, "build", exit_code};
}

bool is_pull_request(const CiCertificate& certificate) {
  return certificate.trigger.starts_with("pull_request") ||
         certificate.trigger == "merge_request_event" ||
         certificate.trigger == "external_pull_request_event" ||
         certificate.ref.starts_with("refs/pull/") ||
         certificate.ref.starts_with("refs/merge-requests/");
}

// npm names the runner as the builder, the shorter form since ever for GitHub's own.
constexpr std::string_view kRunner = "https://github.com/actions/runner";
bool is_runner(std::string_view id) {
  return id == kRunner || id == std::string(kRunner) + "/github-hosted" ||
         id == std::string(kRunner) + "/self-hosted";
}
std::string whole_runner(const std::string& id) {
  return id == kRunner ? id + "/github-hosted" : id;
}

class Build {
 public:
  Build(const CiExpectation& expected, const CiClaims& claims, const CiCertificate& certificate,
        std::vector<Check>& out)
      : expected_(expected),
        claims_(claims),
        certificate_(certificate),
        kind_(kind_of_signer(certificate)),
        out_(out) {}

  void all() {
    issuer();
    certificate();
    if (!certificate_.missing.empty()) return;
    source();
    commit();
    ref();
    signer();
    trigger();
    runner();
    builder();
    agreement();
    inputs();
  }

 private:
  void issuer() {
    auto judged = judgement("issuer", kIdentity);
    if (certificate_.issuer != expected_.issuer)
      judged.refuse(kIssuer, certificate_.issuer, {expected_.issuer});
    judged.add_to(out_, "issuer " + printable(certificate_.issuer, 200));
  }

  void certificate() {
    auto judged = judgement("certificate", kIdentity);
    for (const auto& name : certificate_.missing) judged.refuse(kClaimMissing, "no " + name);
    for (const auto& conflict : certificate_.conflicts) judged.refuse(kClaimsDisagree, conflict);
    judged.add_to(out_, "certificate of a CI's build");
  }

  void source() {
    auto judged = judgement("source", kIdentity);
    const auto wanted = expected_.source.url();
    if (certificate_.repository != wanted)
      judged.refuse(kSource, certificate_.repository, {wanted});
    const auto& config = certificate_.config;
    if (!config.url.empty() && certificate_.workflow().empty())
      judged.refuse(kElsewhere, config.text(), {certificate_.repository});
    judged.add_to(out_, "source " + printable(wanted, 200));
  }

  void commit() {
    if (!expected_.commit) return;
    auto judged = judgement("commit", kIdentity);
    if (certificate_.commit != *expected_.commit)
      judged.refuse(kCommit, certificate_.commit, {*expected_.commit});
    judged.add_to(out_, "commit " + printable(certificate_.commit, 80));
  }

  void ref() {
    if (!expected_.branch && !expected_.tag && !expected_.versioned_tag) return;
    constexpr std::string_view kTags = "refs/tags/";
    auto judged = judgement("ref", kIdentity);
    const auto& found = certificate_.ref;
    if (expected_.branch && found != "refs/heads/" + *expected_.branch)
      judged.refuse(kBranch, found, {"refs/heads/" + *expected_.branch});
    if (expected_.tag && found != "refs/tags/" + *expected_.tag)
      judged.refuse(kTag, found, {"refs/tags/" + *expected_.tag});
    if (expected_.versioned_tag &&
        !(found.starts_with(kTags) &&
          tag_has_version(std::string_view(found).substr(kTags.size()), *expected_.versioned_tag)))
      judged.refuse(kVersion, found, {"a tag of version " + *expected_.versioned_tag});
    judged.add_to(out_, "ref " + printable(found, 200));
  }

  // Where the predicate's builder is the signer; else it is a runner, or one that borrowed the
  // signature.
  bool signer_is_builder() const {
    return claims_.family != CiFamily::delegated && claims_.family != CiFamily::gitlab &&
           !is_runner(claims_.builder_id);
  }

  void signer() {
    auto judged = judgement("signer", kIdentity);
    const auto& found = certificate_.signer;
    const bool named = expected_.signer && expected_.signer->names(found);
    const bool is_asked_builder = expected_.builder && expected_.builder->names(found);
    if (expected_.signer && !named)
      judged.refuse(kSigner, found.text(), {expected_.signer->text()});
    if (expected_.builder && signer_is_builder() && !is_asked_builder)
      judged.refuse(kBuilder, found.text(), {expected_.builder->text()});
    if (kind_ == CiSigner::other && !named && !is_asked_builder && !judged.refused())
      judged.refuse(kSignerUnknown, found.text(), {certificate_.repository + "/…"});
    const bool is_shared = kind_ == CiSigner::generator || kind_ == CiSigner::delegator;
    const bool by_builder_id =
        kind_ == CiSigner::other && is_asked_builder && !named && expected_.builder->ref.empty();
    if ((is_shared || by_builder_id) && !is_release_ref(found.ref))
      judged.refuse(kUnversioned, found.text(), {found.url + "@refs/tags/vX.Y.Z"});
    judged.add_to(out_, "signer " + printable(found.text(), 200));
  }

  void trigger() {
    auto judged = judgement("trigger", kIdentity);
    const auto found = certificate_.trigger + " of " + certificate_.ref;
    if (is_pull_request(certificate_) && !expected_.allow_pull_requests)
      judged.refuse(kPullRequest, found);
    judged.add_to(out_, "trigger " + printable(found, 200));
  }

  void runner() {
    if (!expected_.deny_self_hosted) return;
    auto judged = judgement("runner", kIdentity);
    const auto& found = certificate_.runner;
    if (found.empty()) {
      judged.refuse(kRunnerUnproven, "no runnerEnvironment", {"github-hosted"});
    } else if (found != "github-hosted" && found != "gitlab-hosted") {
      judged.refuse(kSelfHosted, found, {"github-hosted", "gitlab-hosted"});
    }
    judged.add_to(out_, "runner " + printable(found, 80));
  }

  void builder() {
    auto judged = judgement("builder", kRefused);
    const auto& id = claims_.builder_id;
    if (!writes_build_type(certificate_, claims_)) {
      judged.refuse(kTypeMismatch, claims_.build_type,
                    {"one that " + certificate_.signer.text() + " writes"});
    }
    if (kind_ == CiSigner::delegator) {
      borrower(judged);
    } else {
      backed_by_certificate(judged);
      platform(judged);
    }
    judged.add_to(out_, "builder " + printable(id, 200));
  }

  // The delegator proves who borrowed its signature (slsa-github-generator, BYOB.md).
  void borrower(Judgement& judged) const {
    const auto id = CiName::split(claims_.builder_id);
    const auto& asked = expected_.builder;
    if (asked ? !asked->names(id) : !id.url.starts_with(kGeneratorWorkflows)) {
      judged.refuse(asked ? kBuilder : kBuilderUnknown, claims_.builder_id,
                    {asked ? asked->text() : std::string(kGeneratorWorkflows) + "…"});
    }
    const bool by_ref = asked && !asked->ref.empty();
    if (!by_ref && !is_release_ref(id.ref))
      judged.refuse(kBuilderUnversioned, claims_.builder_id, {id.url + "@refs/tags/vX.Y.Z"});
  }

  void backed_by_certificate(Judgement& judged) const {
    const auto& id = claims_.builder_id;
    const auto signer = certificate_.signer.text();
    // npm writes no other id, actions/attest never this one.
    const bool may_be_runner = claims_.family == CiFamily::npm || !is_github_attest();
    if (claims_.family == CiFamily::gitlab) {
      if (!is_gitlab_runner(id))
        judged.refuse(kBuilderDisagrees, id, {gitlab_host() + "…/-/runners/N"});
    } else if (is_runner(id) && may_be_runner) {
      const auto where = whole_runner(id).substr(kRunner.size() + 1);
      if (!certificate_.runner.empty() && where != certificate_.runner)
        judged.refuse(kBuilderDisagrees, id, {std::string(kRunner) + "/" + certificate_.runner});
    } else if (id != signer) {
      judged.refuse(kBuilderDisagrees, id, {signer});
    }
  }

  // A builder that no certificate can name: --builder-id is compared with what the predicate says.
  void platform(Judgement& judged) const {
    if (!expected_.builder || signer_is_builder()) return;
    const auto& asked = *expected_.builder;
    if (asked.names(certificate_.signer) ||
        whole_runner(asked.text()) == whole_runner(claims_.builder_id))
      return;
    judged.refuse(kBuilder, claims_.builder_id, {asked.text()});
  }

  bool is_github_attest() const {
    return claims_.family != CiFamily::workflow ||
           claims_.build_type.starts_with("https://actions.github.io/");
  }

  std::string gitlab_host() const { return "https://" + expected_.source.host + "/"; }

  // HOST/-/runners/N, or below the project or a group that it is in.
  bool is_gitlab_runner(std::string_view id) const {
    constexpr std::string_view kRunners = "-/runners/";
    const auto host = gitlab_host();
    const auto border = id.rfind(kRunners);
    if (!id.starts_with(host) || border == std::string_view::npos || border < host.size())
      return false;
    const auto number = id.substr(border + kRunners.size());
    if (number.empty() || !std::ranges::all_of(number, is_digit)) return false;
    auto owner = id.substr(host.size(), border - host.size());
    const bool group = owner.starts_with("groups/");
    if (group) owner.remove_prefix(7);
    const auto project = expected_.source.path + "/";
    return group ? !owner.empty() && project.starts_with(owner) && owner.size() < project.size()
                 : owner.empty() || owner == project;
  }

  void agreement() {
    auto judged = judgement("agreement", kRefused);
    const auto compared = compare_with_certificate(claims_, certificate_, kind_, judged);
    judged.add_to(out_, "predicate agrees with the certificate: " + counted(compared, "member"));
  }

  void inputs() {
    if (expected_.inputs.empty()) return;
    auto judged = judgement("inputs", kRefused);
    if (!claims_.inputs || certificate_.trigger != "workflow_dispatch") {
      judged.refuse(kInputsUnknown,
                    claims_.inputs ? "trigger " + certificate_.trigger : "no inputs");
      judged.add_to(out_, {});
      return;
    }
    for (const auto& [name, wanted] : expected_.inputs) {
      const auto& value = json::member(*claims_.inputs, name);
      const auto found = value.is_string() ? json::text(value) : json::compact(value);
      if (value.is_null()) {
        judged.refuse(kInputMissing, name, {fmt::format("{}={}", name, wanted)});
      } else if (found != wanted) {
        judged.refuse(kInputDiffers, fmt::format("{}={}", name, found),
                      {fmt::format("{}={}", name, wanted)});
      }
    }
    judged.add_to(out_, counted(expected_.inputs.size(), "input") + " as expected");
  }

  const CiExpectation& expected_;
  const CiClaims& claims_;
  const CiCertificate& certificate_;
  CiSigner kind_;
  std::vector<Check>& out_;
};

std::map<std::string, std::string> facts_of(const CiClaims& claims,
                                            const CiCertificate& certificate) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] :
       {std::pair{"builder", claims.builder_id},
        {"buildType", claims.build_type},
        {"source", certificate.repository.empty()
                       ? std::string()
                       : "git+" + certificate.repository + "@" + certificate.ref},
        {"commit", certificate.commit},
        {"invocation", certificate.run}}) {
    if (!value.empty()) out[name] = value;
  }
  return out;
}

}  // namespace

CiChecks check_ci_provenance(const CiExpectation& expected, std::string_view predicate_type,
                             const Json& predicate, const sigstore::Identity& signer) {
  CiChecks out;
  auto form = judgement("form", kRefused);
  const auto claims = attest::read_ci_claims(predicate_type, predicate);
  if (!claims) {
    const bool unknown = claims.error().kind() == ErrorKind::unsupported;
    form.refuse(unknown ? kTypeUnknown : kMalformed, claims.error().text());
  } else {
    for (const auto& place : claims->missing) form.refuse(kMember, place);
  }
  form.add_to(out.checks, claims ? "build type " + printable(claims->build_type, 200) : "");
  if (!claims || form.refused()) return out;
  const auto certificate = read_ci_certificate(signer, expected.source.host);
  Build(expected, *claims, certificate, out.checks).all();
  out.facts = facts_of(*claims, certificate);
  return out;
}

}  // namespace mpk::policy
