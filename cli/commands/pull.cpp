// mpk pull: an artifact's files into a directory, verified before the first layer byte if asked.
#include "flow/pull.hpp"

#include "commands/commands.hpp"
#include "flow/check_tag.hpp"
#include "options/judge_options.hpp"
#include "options/options.hpp"
#include "options/pull_flags.hpp"
#include "render/verdict.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  JudgeOptions judge;
  PullFlags pull;
  std::string reference;
  bool check_tag = false;
};

Result<int> run(const Options& o, Session& session) {
  auto request = TRY(o.pull.request(o.reference));
  if (o.judge.names_somebody()) {
    request.verify = TRY(o.judge.resolve(session));
  } else if (o.judge.asks_for_something()) {
    // Who names a trusted root means to verify, and would take what follows for verified.
    return Error(ErrorKind::usage,
                 "who must have signed? neither an identity nor a policy was given",
                 "add --certificate-identity ID --certificate-oidc-issuer URL, or --policy FILE");
  }
  const auto context = session.context(o.registry.plain_http);
  if (o.check_tag) TRY(flow::check_tag(context, request.reference));
  auto outcome = TRY(flow::pull(context, request));
  for (const auto& warning : outcome.files.warnings) session.warn(warning);
  int code = outcome.verdict ? outcome.verdict->exit_code() : 0;
  if (session.json()) {
    auto document = pulled_json("Pulled", request, outcome);
    document["verdict"] = nullptr;
    if (outcome.verdict) document["verdict"] = policy::to_json(*outcome.verdict);
    session.print_json(document);
    return code;
  }
  if (outcome.verdict) print_verdict(session, *outcome.verdict, o.judge.evidence.evidence);
  if (code == 0) session.print(pulled_line("pulled", request, outcome));
  return code;
}

}  // namespace

Command pull_command() {
  return {
      .summary = "Pull an artifact's files into a directory",
      .description =
          "Every path and digest is proven before a file gets its name. A pull that broke off is\n"
          "continued by the same command. Identical files are kept, differing ones are refused "
          "without\n"
          "--overwrite, others are left alone. With --policy or an identity, the artifact is "
          "verified before\n"
          "the first byte of a layer is fetched.",
      .examples = {{"mpk pull ghcr.io/acme/tiny-llama:1.0 -o ./model", "the files"},
                   {"mpk pull ghcr.io/acme/tiny-llama:1.0 -o ./model --policy prod.yaml",
                    "only if the policy passes"},
                   {"mpk pull ghcr.io/acme/tiny-llama:1.0 -o ./model --kind config",
                    "a part of it"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("REF", o->reference, "Artifact", ValueKind::reference);
        o->pull.add_to(set);
        o->judge.add_to(set);
        set.flag("--check-tag", o->check_tag, "Refuse when the tag beside a digest has moved");
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      },
      .goes_on = true};
}

}  // namespace mpk::cli
