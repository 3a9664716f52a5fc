// mpk conformance sigstore: what sigstore-conformance asks of a client (its docs/cli_protocol.md);
// hidden.
#include "base/limits.hpp"
#include "commands/commands.hpp"
#include "flow/bundle_subject.hpp"
#include "flow/signers.hpp"
#include "flow/verify.hpp"
#include "options/judge_options.hpp"
#include "render/verdict.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <system_error>

namespace mpk::cli {
namespace {

struct Options {
  JudgeOptions judge;
  std::optional<std::string> bundle;
  std::string what, target;
  bool staging = false;
};

Result<int> run(Options o, Session& session) {
  if (o.what != "verify-bundle")
    return Error(ErrorKind::usage, "conformance sigstore " + o.what + " is not supported");
  if (!o.bundle) return Error(ErrorKind::usage, "--bundle is missing");
  if (o.staging && !o.judge.trust.trusted_root) {
    return Error(ErrorKind::usage,
                 "--staging needs --trusted-root, as only the public root is here");
  }
  auto request = TRY(o.judge.resolve(session));
  // The suite means the public instance where it names no root, with a key as well.
  if (o.judge.key && !o.judge.trust.trusted_root)
    request.trusted_root = TRY(TrustOptions{}.resolve(session));
  const std::vector<flow::ReadBundle> bundles{
      flow::ReadBundle(TRY(session.flag_file("--bundle", *o.bundle, limits::kEvidence)))};
  std::error_code ignored;
  auto subject =
      std::filesystem::exists(o.target, ignored) ? std::nullopt : flow::digest_subject(o.target);
  if (!subject) {
    subject =
        TRY(flow::file_subject(o.target, bundles, flow::named_keys(request), session.cancel()));
  }
  const auto verdict = TRY(flow::verify_bundle_file(session.context(), bundles, *subject, request));
  if (session.json()) {
    session.print_json(policy::to_json(verdict));
  } else {
    session.print_raw(verdict_text(verdict, {.verbose = true}, request.evidence));
  }
  return verdict.exit_code();
}

}  // namespace

Command conformance_sigstore_command() {
  return {
      .summary = "Speak the client protocol of sigstore-conformance",
      .description = "For scripts/conformance: the exit status is that of mpk verify.",
      .examples = {{"mpk conformance sigstore verify-bundle --bundle a.sigstore.json --key k.pub "
                    "a.txt",
                    "a file, by key"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("verify-bundle", o->what, "What to do");
        set.positional("FILE_OR_DIGEST", o->target, "What was signed", ValueKind::file);
        set.option("--bundle", "FILE", o->bundle, "The bundle", ValueKind::file);
        set.flag("--staging", o->staging, "The staging instance");
        o->judge.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
