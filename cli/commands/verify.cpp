// mpk verify: an artifact, or a file with its bundle, against identities or a policy.
#include "flow/verify.hpp"

#include "aibom/validate.hpp"
#include "attest/predicate_type.hpp"
#include "commands/commands.hpp"
#include "crypto/library.hpp"
#include "flow/bundle_subject.hpp"
#include "flow/check_tag.hpp"
#include "flow/signers.hpp"
#include "http/transport.hpp"
#include "model_targets.hpp"
#include "options/bundle_target.hpp"
#include "options/judge_options.hpp"
#include "options/options.hpp"
#include "render/verdict.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  JudgeOptions judge;
  BundleTarget what;
  ModelVerifyOptions model;
  std::optional<std::string> type;
  bool content = false, deep = false, check_tag = false;
};

Result<policy::Verdict> judge(const Options& o, flow::VerifyRequest request, Session& session) {
  auto context = session.context(o.registry.plain_http);
  if (!o.what.bundle) {
    if (oci::Reference::looks_like(o.what.target)) {
      const auto reference = TRY(parse_reference(o.what.target));
      if (o.check_tag) TRY(flow::check_tag(context, reference));
      return flow::verify_artifact(context, reference, request);
    }
    return Error(ErrorKind::usage, o.what.target + ": a file needs its bundle",
                 "add --bundle FILE; a reference has the form HOST/REPO:TAG or oci:DIR:TAG");
  }
  if (o.check_tag) return Error(ErrorKind::usage, "--check-tag is for references, not for files");
  request = TRY(flow::for_file(request));
  const auto [text, bundles] = TRY(o.what.read(session));
  if (verifies_model(o.what.target, bundles)) {
    return verify_model_target(session, o.what.target, *o.what.bundle,
                               bundles.size() == 1 ? bundles.front().text : text, request, o.model);
  }
  if (o.model.given()) return Error(ErrorKind::usage, "options of models beside a file or digest");
  auto subject = flow::digest_subject(o.what.target);
  if (!subject) {
    const auto keys = flow::named_keys(request);
    subject = TRY(flow::file_subject(o.what.target, bundles, keys, session.cancel()));
  }
  return flow::verify_bundle_file(context, bundles, *subject, request);
}

bool has(const std::vector<std::string>& words, const std::string& option) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return word == option || word.starts_with(option + "=");
  });
}

// While the command line and what is trusted are read: of an artifact in a registry libcurl is
// loaded and the grammar of its aiBOM compiled, which a policy may not need.
std::vector<std::jthread> begin(const std::vector<std::string>& words) {
  std::vector<std::jthread> out;
  const bool local = has(words, "--bundle") || std::ranges::any_of(words, [](const auto& word) {
                       return word.starts_with("oci:");
                     });
  if (local) {
    out.push_back(crypto::prepare_library());
    return out;
  }
  out.push_back(http::prepare_transport());
  if (!has(words, "--policy")) out.push_back(aibom::prepare_validation());
  return out;
}

Result<int> run(const Options& o, Session& session) {
  auto request = TRY(o.judge.resolve(session));
  // While the artifact and its bundles are read.
  [[maybe_unused]] const auto authorities =
      sigstore::prepare_authorities(request.trusted_root, session.clock().now());
  if (o.type) request.predicate_type = TRY(attest::predicate_type_uri(*o.type));
  if (o.content) request.content = flow::VerifyRequest::Content::all;
  request.deep = o.deep;
  auto verdict = TRY(judge(o, request, session));
  // Of an artifact it was asked already, before anything of it is fetched or cached.
  if (o.what.bundle && request.rego)
    TRY(flow::apply_rego(session.context(), *request.rego, verdict));
  print_verdict(session, verdict, request.evidence);
  return verdict.exit_code();
}

}  // namespace

Command verify_command() {
  return {
      .summary = "Verify an artifact against identities or a policy",
      .description =
          "Says for each check what was expected and found. Nothing but the registry is "
          "contacted;\n"
          "trust comes from the embedded root of the public Sigstore instance or from "
          "--trusted-root.\n"
          "The exit code tells what failed: see mpk-exit-codes(7).",
      .examples = {{"mpk verify ghcr.io/acme/tiny-llama:1.0 --policy prod.yaml",
                    "the whole policy"},
                   {"mpk verify ghcr.io/acme/tiny-llama:1.0 --certificate-identity ci@example.com "
                    "--certificate-oidc-issuer https://accounts.google.com",
                    "one signer"},
                   {"mpk verify model.gguf --bundle model.sigstore.json --certificate-identity "
                    "ci@example.com --certificate-oidc-issuer https://accounts.google.com",
                    "a file with its bundle, no registry at all"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        o->what.add_to(set);
        o->judge.add_to(set);
        o->model.add_to(set);
        set.option("--type", "TYPE", o->type, "Check the attestation of this predicate type only");
        set.suggest(attest::predicate_type_words());
        set.flag("--content", o->content, "Also read and hash every layer (a layout's always are)");
        set.flag("--deep", o->deep, "Check everything, though the policy lets a summary stand in");
        set.flag("--check-tag", o->check_tag, "Refuse when the tag beside a digest has moved");
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      },
      .begin = begin,
      .formats = verdict_formats()};
}

}  // namespace mpk::cli
