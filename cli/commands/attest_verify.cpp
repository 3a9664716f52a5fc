// mpk attest verify: where an artifact, or a file with its bundle, was built.
#include "attest/ci_claims.hpp"
#include "attest/predicate_type.hpp"
#include "commands/commands.hpp"
#include "flow/bundle_subject.hpp"
#include "flow/verify.hpp"
#include "json/parse.hpp"
#include "options/build_options.hpp"
#include "options/bundle_target.hpp"
#include "options/legacy_tags_option.hpp"
#include "options/options.hpp"
#include "render/verdict.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  BuildOptions build;
  TrustOptions trust;
  EvidenceOptions evidence;
  LegacyTagsOption legacy_tags;
  BundleTarget what;
  std::optional<std::string> type;
  bool print_provenance = false;
};

Result<flow::VerifyRequest> make_request(const Options& o, Session& session) {
  auto build = TRY(o.build.resolve());
  std::optional<std::string> type;
  if (o.type) {
    type = TRY(attest::predicate_type_uri(*o.type));
    if (*type != attest::kSlsaProvenance && *type != attest::kSlsaProvenance02) {
      return Error(ErrorKind::usage, "--type " + *o.type + ": not a provenance",
                   "slsaprovenance1 or slsaprovenance (v0.2); mpk verify --type takes others");
    }
  }
  if (o.print_provenance && session.format() != "text") {
    return Error(ErrorKind::usage, "--print-provenance and --format exclude each other",
                 "what is printed is the predicate instead of the verdict");
  }
  const auto legacy = TRY(o.legacy_tags.resolve());
  auto root = TRY(o.trust.resolve(session));
  flow::VerifyRequest request{.identities = {},
                              .policies = {},
                              .predicate_type = std::move(type),
                              .trusted_root = std::move(root),
                              .evidence = TRY(o.evidence.resolve(session)),
                              .legacy_tags = legacy};
  request.build = std::make_shared<const policy::CiExpectation>(std::move(build));
  return request;
}

Result<policy::Verdict> judge(const Options& o, const flow::VerifyRequest& request,
                              Session& session) {
  auto context = session.context(o.registry.plain_http);
  if (!o.what.bundle) {
    if (oci::Reference::looks_like(o.what.target))
      return flow::verify_artifact(context, TRY(parse_reference(o.what.target)), request);
    return Error(ErrorKind::usage, o.what.target + ": a file needs the bundle of its provenance",
                 "add --bundle FILE; a reference has the form HOST/REPO:TAG or oci:DIR:TAG");
  }
  const auto bundles = TRY(o.what.read(session)).bundles;
  auto subject = flow::digest_subject(o.what.target);
  if (!subject) subject = TRY(flow::file_subject(o.what.target, bundles, {}, session.cancel()));
  return flow::verify_bundle_file(context, bundles, *subject, request);
}

Result<int> run(const Options& o, Session& session) {
  const auto request = TRY(make_request(o, session));
  const auto verdict = TRY(judge(o, request, session));
  if (o.print_provenance) {
    if (verdict.exit_code() == 0 && verdict.provenance) {
      session.print_json(TRY(json::parse(*verdict.provenance, {.max_depth = 128})));
    } else {
      session.tell(
          verdict_text(verdict, {session.quiet(), session.verbose(), false}, request.evidence));
    }
  } else {
    print_verdict(session, verdict, request.evidence);
  }
  return verdict.exit_code();
}

}  // namespace

Command attest_verify_command() {
  return {
      .summary = "Verify where an artifact was built, by the provenance of its CI",
      .description =
          "SLSA provenance of GitHub, GitLab, npm and slsa-github-generator: the certificate says "
          "which\n"
          "workflow of which repository signed, and the predicate must agree with it. Of several\n"
          "provenances one that passes everything is enough. For private repositories of GitHub\n"
          "import its own instance first: see mpk-trust-import(1).",
      .examples = {{"mpk attest verify ghcr.io/acme/model:1.0 --source-uri github.com/acme/model "
                    "--source-tag v1.0",
                    "an artifact, built from a tag"},
                   {"mpk attest verify model.gguf --bundle model.sigstore.json --source-uri "
                    "github.com/acme/model --deny-self-hosted-runners",
                    "a file with its bundle, built on a machine of GitHub's"},
                   {"mpk attest verify ghcr.io/acme/model:1.0 --source-uri github.com/acme/model "
                    "--signer-workflow github.com/acme/builders/.github/workflows/pack.yml@v1.2.0 "
                    "--print-provenance",
                    "built by a shared workflow; print what it says"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        o->what.add_to(set);
        o->build.add_to(set);
        set.option("--type", "TYPE", o->type, "Only provenance of this type: v1 or v0.2");
        set.suggest({"slsaprovenance1", "slsaprovenance"});
        set.flag("--print-provenance", o->print_provenance,
                 "Print the accepted predicate instead of the verdict");
        o->trust.add_to(set);
        o->evidence.add_to(set);
        o->legacy_tags.add_to(set);
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      },
      .formats = verdict_formats()};
}

}  // namespace mpk::cli
