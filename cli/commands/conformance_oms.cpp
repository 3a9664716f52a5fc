// mpk conformance oms: what model-signing-conformance's suite asks of a client; hidden.
#include "base/limits.hpp"
#include "commands/commands.hpp"
#include "model_targets.hpp"
#include "options/judge_options.hpp"
#include "options/options.hpp"

#include <memory>
#include <utility>

namespace mpk::cli {
namespace {

struct Options {
  std::string what;
  std::optional<std::string> method, model, output, bundle;
  std::optional<std::string> private_key, signing_cert, public_key, token, identity, provider;
  std::vector<std::string> chain, ignore_paths;
  bool ignore_unsigned_files = false, staging = false;
};

Result<std::string> need(const char* flag, const std::optional<std::string>& value) {
  if (!value) return Error(ErrorKind::usage, std::string(flag) + " is missing");
  return *value;
}

Result<std::string> read_chain(const Options& o, Session& session, std::string first = {}) {
  for (const auto& path : o.chain) {
    first += TRY(session.flag_file("--cert-chain", path, limits::kTrustedRoot)) + "\n";
  }
  return first;
}

Result<int> sign(const Options& o, Session& session) {
  flow::SigningRequest request{.assume_yes = true};
  const auto method = TRY(need("--method", o.method));
  if (method == "sigstore") {
    if (o.token) {
      request.identity.token_text = o.token;
      request.identity.token_source = "--identity-token";
    }
  } else {
    request.key = TRY(need("--private-key", o.private_key));
  }
  if (method == "certificate") {
    const auto leaf = TRY(need("--signing-cert", o.signing_cert));
    auto text = TRY(session.flag_file("--signing-cert", leaf, limits::kTrustedRoot)) + "\n";
    request.certificates_pem = TRY(read_chain(o, session, std::move(text)));
  }
  ModelSignOptions options;
  options.rules.ignore_paths = o.ignore_paths;
  return sign_model_target(session, TRY(need("--model-path", o.model)), std::move(request), options,
                           TRY(need("--output-bundle", o.output)), true);
}

Result<flow::VerifyRequest> whom(const Options& o, Session& session) {
  JudgeOptions judge;
  const auto method = TRY(need("--method", o.method));
  if (method == "key") {
    judge.key = TRY(need("--public-key", o.public_key));
  } else if (method == "certificate") {
    if (o.chain.size() != 1) return Error(ErrorKind::usage, "expected one --cert-chain");
    judge.certificate_chain = o.chain.front();
    judge.who.identity_regexp = {".*"};
    judge.who.issuer_regexp = {".*"};
  } else {
    judge.who.identity = {TRY(need("--identity", o.identity))};
    judge.who.issuer = {TRY(need("--identity-provider", o.provider))};
  }
  return judge.resolve(session);
}

Result<int> verify(const Options& o, Session& session) {
  const auto path = TRY(need("--bundle", o.bundle));
  const auto bundle = TRY(session.flag_file("--bundle", path, limits::kBundle));
  ModelVerifyOptions options;
  options.rules.ignore_paths = o.ignore_paths;
  options.ignore_unsigned_files = o.ignore_unsigned_files;
  const auto verdict = TRY(verify_model_target(session, TRY(need("--model-path", o.model)), path,
                                               bundle, TRY(whom(o, session)), options));
  session.print_json(policy::to_json(verdict));
  return verdict.exit_code();
}

Result<int> run(const Options& o, Session& session) {
  if (o.staging) {
    return Error(ErrorKind::unsupported, "--use-staging is not supported by this release");
  }
  if (o.what == "sign-model") return sign(o, session);
  if (o.what == "verify-model") return verify(o, session);
  return Error(ErrorKind::usage, "expected sign-model or verify-model, found " + o.what);
}

}  // namespace

Command conformance_oms_command() {
  return {.summary = "Speak the client protocol of model-signing-conformance",
          .description = "For scripts/conformance: exit status 0, or another for a refusal.",
          .examples = {{"mpk conformance oms sign-model --method key --model-path D "
                        "--output-bundle B --private-key K",
                        "sign"},
                       {"mpk conformance oms verify-model --method key --model-path D --bundle B "
                        "--public-key K",
                        "verify"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("sign-model|verify-model", o->what, "What to do");
            set.option("--method", "NAME", o->method, "key, certificate or sigstore");
            set.option("--model-path", "PATH", o->model, "Directory or file");
            set.option("--output-bundle", "FILE", o->output, "Of sign-model: the signature");
            set.option("--bundle", "FILE", o->bundle, "Of verify-model: the signature");
            set.option("--private-key", "FILE", o->private_key, "PEM");
            set.option("--public-key", "FILE", o->public_key, "PEM");
            set.option("--signing-cert", "FILE", o->signing_cert, "PEM");
            set.option("--cert-chain", "FILE", o->chain, "PEM, repeatable");
            set.option("--identity-token", "TOKEN", o->token, "The token itself");
            set.option("--identity", "ID", o->identity, "Who must have signed");
            set.option("--identity-provider", "URL", o->provider, "Its issuer");
            set.option("--ignore-paths", "PATH", o->ignore_paths, "Repeatable");
            set.flag("--ignore-unsigned-files", o->ignore_unsigned_files, "Accept extra files");
            set.flag("--use-staging", o->staging, "Not supported");
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
