// What a CI's certificate says: held to what is asked for, each question once.
#include "policy/ci_cases.hpp"

namespace mpk::policy::test {

namespace {

std::vector<Neighbour> sources_and_signers() {
  return {
      {"issuer",
       own_workflow,
       [](Case& c) { c.signer.issuer = "https://gitlab.com"; },
       {"build.issuer issuer-not-expected"}},
      {"repository",
       own_workflow,
       [](Case& c) { c.expected.source.path = "acme/other"; },
       {"build.source source-not-expected"}},
      {"upper case",
       own_workflow,
       [](Case& c) { c.expected.source.path = "Acme/model"; },
       {"build.source source-not-expected"}},
      {"a workflow of elsewhere",
       generator,
       [](Case& c) { claim(c, "buildConfigURI") = "https://github.com/evil/x/w.yml@refs/heads/m"; },
       {"build.source workflow-elsewhere"}},
      {"commit",
       own_workflow,
       [](Case& c) { c.expected.commit = std::string(40, '0'); },
       {"build.commit commit-not-expected"}},
      {"branch",
       own_workflow,
       [](Case& c) { c.expected.branch = "dev"; },
       {"build.ref branch-not-expected"}},
      {"a tag of a branch's name",
       own_workflow,
       [](Case& c) { c.expected.tag = "main"; },
       {"build.ref tag-not-expected"}},
      {"version",
       own_workflow,
       [](Case& c) { c.expected.versioned_tag = "v1"; },
       {"build.ref version-not-expected"}},
      {"signer",
       own_workflow,
       [](Case& c) { c.expected.signer = parse_signer_workflow("github.com/a/b/c.yml").take(); },
       {"build.signer signer-not-expected"}},
      {"builder",
       own_workflow,
       [](Case& c) { c.expected.builder = parse_builder_id(kShared).take(); },
       {"build.signer builder-not-expected"}},
      {"builder's ref",
       reusable,
       [](Case& c) { c.expected.builder->ref = "v1.2.1"; },
       {"build.signer builder-not-expected"}},
      {"nobody named it",
       reusable,
       [](Case& c) { c.expected.builder.reset(); },
       {"build.signer signer-unknown"}},
      {"a branch of a reusable workflow",
       reusable,
       [](Case& c) { sign_by(c, std::string(kShared) + "@refs/heads/main"); },
       {"build.signer signer-unversioned"}},
      {"a branch of the generator",
       generator,
       [](Case& c) {
         sign_by(c, std::string(kGenerator) + "generator_generic_slsa3.yml@refs/heads/main");
       },
       {"build.signer signer-unversioned"}},
      {"a prerelease of the generator",
       generator,
       [](Case& c) {
         sign_by(c, std::string(kGenerator) + "generator_generic_slsa3.yml@refs/tags/v2.1.0-rc.1");
       },
       {"build.signer signer-unversioned"}},
  };
}

std::vector<Neighbour> runs_and_claims() {
  return {
      {"a pull request",
       own_workflow,
       [](Case& c) { move_to(c, "refs/pull/7/merge"); },
       {"build.trigger pull-request"}},
      {"a merge request",
       gitlab,
       [](Case& c) { claim(c, "buildTrigger") = "merge_request_event"; },
       {"build.trigger pull-request"}},
      {"a self-hosted runner",
       generator,
       [](Case& c) {
         c.expected.deny_self_hosted = true;
         claim(c, "runnerEnvironment") = "self-hosted";
       },
       {"build.runner runner-self-hosted"}},
      {"a runner that nobody knows",
       generator,
       [](Case& c) {
         c.expected.deny_self_hosted = true;
         claim(c, "runnerEnvironment") = "";
       },
       {"build.runner runner-unproven"}},
      {"a certificate that is no CI's",
       generator,
       [](Case& c) {
         c.signer.claims = {{"sourceRepositoryURI", kSource},
                            {"sourceRepositoryRef", "refs/heads/main"}};
       },
       {"build.certificate claim-missing"}},
      {"older claims that disagree",
       own_workflow,
       [](Case& c) { claim(c, "githubWorkflowRepository") = "evil/model"; },
       {"build.certificate claims-disagree"}},
      {"a subject that is not the signer",
       own_workflow,
       [](Case& c) { claim(c, "buildSignerURI") = kShared; },
       {"build.certificate claims-disagree"}},
      {"a workflow of another commit",
       own_workflow,
       [](Case& c) { claim(c, "buildConfigDigest") = std::string(40, '1'); },
       {"build.certificate claims-disagree"}},
  };
}

}  // namespace

std::vector<Neighbour> certificate_refusals() {
  auto out = sources_and_signers();
  for (const auto& row : runs_and_claims()) out.push_back(row);
  return out;
}

}  // namespace mpk::policy::test

using namespace mpk::policy;
using namespace mpk::policy::test;

TEST_CASE("what the certificate says is held to what is asked for") {
  check_all(certificate_refusals());
}

TEST_CASE("what is asked for passes where the certificate has it") {
  check_all({
      {"commit", own_workflow, [](Case& c) { c.expected.commit = kCommit; }, {}},
      {"branch", own_workflow, [](Case& c) { c.expected.branch = "main"; }, {}},
      {"tag",
       own_workflow,
       [](Case& c) {
         move_to(c, "refs/tags/v1.2.3");
         c.expected.tag = "v1.2.3";
       },
       {}},
      {"version",
       own_workflow,
       [](Case& c) {
         move_to(c, "refs/tags/v1.2.3");
         c.expected.versioned_tag = "v1";
       },
       {}},
      {"signer",
       reusable,
       [](Case& c) {
         c.expected.builder.reset();
         c.expected.signer =
             parse_signer_workflow("github.com/acme/builders/.github/workflows/pack.yml").take();
       },
       {}},
      {"a builder by its ref",
       reusable,
       [](Case& c) {
         sign_by(c, std::string(kShared) + "@refs/heads/main");
         c.expected.builder->ref = "refs/heads/main";
       },
       {}},
      {"a pull request that may be",
       own_workflow,
       [](Case& c) {
         move_to(c, "refs/pull/7/merge");
         c.expected.allow_pull_requests = true;
       },
       {}},
      {"a hosted runner", generator, [](Case& c) { c.expected.deny_self_hosted = true; }, {}},
      {"GitLab's own runner", gitlab, [](Case& c) { c.expected.deny_self_hosted = true; }, {}},
      {"only older claims, of a shared builder",
       generator,
       [](Case& c) {
         std::erase_if(c.signer.claims, [](const auto& each) {
           return !each.first.starts_with("github") && each.first != "buildSignerURI";
         });
       },
       {}},
      {"a runner by its longer name",
       npm,
       [](Case& c) {
         c.expected.builder =
             parse_builder_id("https://github.com/actions/runner/github-hosted").take();
       },
       {}},
      {"a builder that borrowed the signature",
       delegated,
       [](Case& c) {
         builder_id(c) = std::string(kShared) + "@refs/tags/v1.2.0-java";
         c.expected.builder = parse_builder_id(std::string(kShared) + "@v1.2.0-java").take();
       },
       {}},
      {"GitLab's older build type and commit",
       gitlab,
       [](Case& c) {
         definition(c)["buildType"] =
             "https://gitlab.com/gitlab-org/gitlab-runner/-/blob/v17.0.0/PROVENANCE.md";
         source(c)["digest"] = {{"sha256", kCommit}};
       },
       {}},
      {"a runner of the group, a short ref, a job's address",
       gitlab,
       [](Case& c) {
         builder_id(c) = "https://gitlab.com/groups/group/sub/-/runners/5";
         source(c)["uri"] = std::string("git+") + kProject + "@main";
         c.predicate["runDetails"]["metadata"]["invocationId"] =
             std::string(kProject) + "/-/jobs/99";
       },
       {}},
      {"inputs",
       own_workflow,
       [](Case& c) { c.expected.inputs = {{"size", "8b"}, {"n", "4"}}; },
       {}},
      {"inputs, v0.2", generator, [](Case& c) { c.expected.inputs = {{"size", "8b"}}; }, {}},
  });
}

TEST_CASE("a certificate with any claim changed proves nothing else") {
  for (const auto& [what, make] : kBuilders) {
    const auto whole = make();
    for (const auto& [name, value] : whole.signer.claims) {
      auto c = whole;
      c.signer.claims[name] = "x";
      CAPTURE(what);
      CAPTURE(name);
      // Nobody asked for these, and the predicate does not name them.
      const bool never_named = name == "runnerEnvironment" || name.ends_with("Identifier");
      const bool not_by_gitlab = name == "buildTrigger" || name == "sourceRepositoryRef";
      if (failures(c).empty()) CHECK((never_named || (make == gitlab && not_by_gitlab)));
    }
  }
}

// The last: by then each code has been seen.
