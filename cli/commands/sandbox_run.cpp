// mpk sandbox run: a command with a whole Sigstore and a registry around it.
#include "base/process.hpp"
#include "commands/commands.hpp"
#include "options/sandbox_start.hpp"

namespace mpk::cli {
namespace {

struct Options {
  std::optional<std::string> directory;
  std::vector<std::string> command;
  bool rekor_v1 = false;
};

Result<int> run(const Options& o, Session& session) {
  if (o.command.empty()) {
    return Error(ErrorKind::usage, "no command: mpk sandbox run -- CMD…",
                 "for example mpk sandbox run -- bash");
  }
  TRY(session.cancel().check());
  auto running = TRY(start_sandbox(session, o.directory, 0, o.rekor_v1));
  ProcessOptions options;
  options.argv = o.command;
  options.environment = TRY(sandbox_variables(*running.services));
  options.inherit_stdio = true;
  auto outcome = run_process(options);
  if (!outcome && outcome.error().kind() == ErrorKind::not_found)
    return std::move(outcome).error().with_kind(ErrorKind::usage);
  if (!outcome) return std::move(outcome).error();
  return outcome->exit_code;
}

}  // namespace

Command sandbox_run_command() {
  return {
      .summary = "Run a command with a throw-away Sigstore and registry on loopback",
      .description =
          "OIDC issuer, Fulcio, CT log, Rekor, timestamp authority and a registry with the "
          "referrers API,\n"
          "in this process. CMD gets MPK_SANDBOX_DIR (trusted-root.json, signing-config.json,\n"
          "trust-config.json), MPK_SANDBOX_REGISTRY, MPK_SANDBOX_ISSUER, MPK_SANDBOX_IDENTITY and\n"
          "SIGSTORE_ID_TOKEN; mpk ends with CMD's exit code. Nothing trusts these keys unless you "
          "name\n"
          "the trusted root.",
      .examples = {{"mpk sandbox run -- bash", "a shell to try things in"},
                   {"mpk sandbox run -- sh -c 'mpk ship ./tiny-llama $MPK_SANDBOX_REGISTRY/m:1 "
                    "--signing-config $MPK_SANDBOX_DIR/signing-config.json --trusted-root "
                    "$MPK_SANDBOX_DIR/trusted-root.json'",
                    "ship into it"},
                   {"mpk sandbox run --dir ./sandbox -- make integration-test",
                    "keep its files in a directory"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.option("--dir", "DIR", o->directory,
                   "Keep trust files and blobs here (default: temporary)", ValueKind::directory);
        set.flag("--rekor-v1", o->rekor_v1,
                 "A Rekor v1 too, for signing-config-rekor-v1.json in the directory");
        set.positional("CMD", o->command, "Command and its arguments, after --");
        set.pass_through();
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
