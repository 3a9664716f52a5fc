// mpk conformance sigstore sign-bundle: the signing half of sigstore-conformance's protocol;
// hidden.
#include "base/limits.hpp"
#include "commands/commands.hpp"
#include "flow/sign_batch.hpp"
#include "flow/signing.hpp"
#include "options/output_file.hpp"
#include "session.hpp"

#include <memory>

namespace mpk::cli {
namespace {

struct Options {
  std::optional<std::string> identity_token, bundle, trusted_root, signing_config;
  std::string file;
  bool in_toto = false, staging = false;
};

Result<int> run(const Options& o, Session& session) {
  if (!o.bundle || !o.identity_token)
    return Error(ErrorKind::usage, "--bundle and --identity-token are needed");
  if (o.staging && !o.signing_config) {
    return Error(ErrorKind::usage,
                 "--staging needs --trusted-root and --signing-config, as only the public "
                 "instance's are here");
  }
  flow::SigningRequest request{
      .identity = {.token_text = o.identity_token, .token_source = "--identity-token"},
      .assume_yes = true};
  if (o.signing_config) {
    request.signing_config_text =
        TRY(session.flag_file("--signing-config", *o.signing_config, limits::kTrustedRoot));
  }
  if (o.trusted_root) {
    request.trusted_root_text =
        TRY(session.flag_file("--trusted-root", *o.trusted_root, limits::kTrustedRoot));
  }
  const auto context = session.context();
  auto signer = TRY(flow::prepare_signer(context, request));
  if (o.in_toto) {
    const auto statement = TRY(session.flag_file("FILE", o.file, limits::kBundle / 2));
    const auto made = TRY(signer->sign(statement));
    TRY(write_output(*o.bundle, made.text));
    return 0;
  }
  const auto job = flow::sign_file_job(context, o.file, *o.bundle, [&](const std::string& text) {
    return write_output(*o.bundle, text);
  });
  TRY(job(*signer));
  return 0;
}

}  // namespace

Command conformance_sign_command() {
  return {.summary = "Sign as sigstore-conformance asks for it",
          .description = "For its pytest suite: the token is given as a text.",
          .examples = {{"mpk conformance sigstore sign-bundle --identity-token TOKEN --bundle "
                        "a.sigstore.json a.txt",
                        "a file, keyless"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("FILE", o->file, "What to sign", ValueKind::file);
            set.option("--identity-token", "TOKEN", o->identity_token, "The token itself");
            set.option("--bundle", "FILE", o->bundle, "Where the bundle goes", ValueKind::file);
            set.option("--trusted-root", "FILE", o->trusted_root, "Trusted root", ValueKind::file);
            set.option("--signing-config", "FILE", o->signing_config, "Signing config",
                       ValueKind::file);
            set.flag("--in-toto", o->in_toto, "FILE is an in-toto statement");
            set.flag("--staging", o->staging, "The staging instance");
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
