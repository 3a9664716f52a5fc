// mpk pull: an artifact's files into a directory, verified before the first layer byte if asked.
#include "flow/pull.hpp"

#include "base/text.hpp"
#include "commands/commands.hpp"
#include "options/options.hpp"
#include "options/output_file.hpp"
#include "options/policy_option.hpp"
#include "render/table.hpp"
#include "render/verdict.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  TrustOptions trust;
  WhoOptions who;
  EvidenceOptions evidence;
  PolicyOption policy;
  std::string reference;
  std::optional<std::string> output;
  bool overwrite = false;
  std::vector<std::string> include, exclude, kinds;
};

Result<int> run(const Options& o, Session& session) {
  if (!o.output)
    return Error(ErrorKind::usage, "where to? -o DIR is missing", "for example -o ./model");
  TRY(check_output_directory(*o.output));
  flow::PullRequest request;
  request.reference = TRY(parse_reference(o.reference));
  request.directory = *o.output;
  request.overwrite = o.overwrite;
  request.selection = TRY(modelpack::Selection::make(o.include, o.exclude, o.kinds));
  auto identities = TRY(o.who.resolve());
  auto policy = TRY(o.policy.resolve(session));
  if (policy || !identities.empty()) {
    auto root = TRY(o.trust.resolve(session));
    request.verify = flow::VerifyRequest{.identities = identities,
                                         .policy = policy,
                                         .predicate_type = {},
                                         .trusted_root = std::move(root),
                                         .evidence = o.evidence.evidence,
                                         .content = false};
  } else if (o.trust.trusted_root || o.trust.trust_config ||
             o.evidence.evidence.insecure_ignore_sct || o.evidence.evidence.insecure_ignore_tlog) {
    // Who names a trusted root means to verify, and would take what follows for verified.
    return Error(ErrorKind::usage,
                 "who must have signed? neither an identity nor a policy was given",
                 "add --certificate-identity ID --certificate-oidc-issuer URL, or --policy FILE");
  }
  auto outcome = TRY(flow::pull(session.context(o.registry.plain_http), request));
  for (const auto& warning : outcome.files.warnings) session.warn(warning);
  int code = outcome.verdict ? outcome.verdict->exit_code() : 0;
  if (session.json()) {
    Json document = {{"kind", "Pulled"},
                     {"reference", request.reference.text()},
                     {"digest", outcome.manifest.digest.text()},
                     {"directory", *o.output},
                     {"written", outcome.files.written},
                     {"kept", outcome.files.kept},
                     {"bytes", outcome.files.bytes},
                     {"warnings", outcome.files.warnings},
                     {"verdict", nullptr}};
    if (outcome.verdict) document["verdict"] = policy::to_json(*outcome.verdict);
    session.print_json(document);
    return code;
  }
  if (outcome.verdict) {
    session.print_raw(verdict_text(*outcome.verdict,
                                   {session.quiet(), session.verbose(), session.color()},
                                   o.evidence.evidence));
  }
  if (code == 0) {
    session.print("pulled " + counted(outcome.files.written, "file") + " (" +
                  human_size(outcome.files.bytes) + ") into " + printable(*o.output) +
                  (outcome.files.kept > 0
                       ? ", " + std::to_string(outcome.files.kept) + " were there already"
                       : std::string()));
  }
  return code;
}

}  // namespace

Command pull_command() {
  return {
      .path = {"pull"},
      .summary = "Pull an artifact's files into a directory",
      .description =
          "Every path and digest is proven before a file gets its name. A pull that broke off is\n"
          "continued by the same command. Identical files are kept,\n"
          "differing ones are refused without --overwrite, others are left alone. With --policy or "
          "an\n"
          "identity, the artifact is verified before the first byte of a layer is fetched.",
      .examples = {{"mpk pull ghcr.io/acme/tiny-llama:1.0 -o ./model", "the files"},
                   {"mpk pull ghcr.io/acme/tiny-llama:1.0 -o ./model --policy prod.yaml",
                    "only if the policy passes"},
                   {"mpk pull ghcr.io/acme/tiny-llama:1.0 -o ./model --kind config",
                    "a part of it"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("REF", o->reference, "Artifact", ValueKind::reference);
        set.option("-o,--output", "DIR", o->output, "Where to write the files",
                   ValueKind::directory);
        set.flag("--overwrite", o->overwrite, "Replace files that differ");
        set.option("--include", "GLOB", o->include, "Only files that a pattern takes");
        set.option("--exclude", "GLOB", o->exclude, "Not the files that a pattern takes");
        set.option("--kind", "KIND", o->kinds, "Only weights, config, code, dataset or doc");
        set.suggest({"weights", "config", "code", "dataset", "doc"});
        o->policy.add_to(set);
        o->who.add_to(set);
        o->trust.add_to(set);
        o->evidence.add_to(set);
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
