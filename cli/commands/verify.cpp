// mpk verify: an artifact, or a file with its bundle, against identities or a policy.
#include "flow/verify.hpp"

#include "attest/predicate_type.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "commands/commands.hpp"
#include "crypto/hash.hpp"
#include "flow/check_tag.hpp"
#include "options/options.hpp"
#include "options/policy_option.hpp"
#include "render/verdict.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  TrustOptions trust;
  WhoOptions who;
  EvidenceOptions evidence;
  PolicyOption policy;
  std::string target;
  std::optional<std::string> bundle, type;
  bool content = false, check_tag = false;
};

Result<Digest> file_digest(const std::string& path) {
  auto file = FileReader::open(path);
  if (!file) {
    auto error = std::move(file).error();
    if (error.kind() == ErrorKind::unsupported) {
      return Error(ErrorKind::unsupported,
                   path + ": verifying a directory is not supported by this release",
                   "verify the artifact it was shipped as");
    }
    return std::move(error).with_kind(ErrorKind::usage);
  }
  crypto::Hasher hasher;
  Bytes buffer(128U << 10);
  while (auto count = TRY(file->read(buffer))) hasher.update({buffer.data(), count});
  TRY(file->check_unchanged());
  return hasher.finish();
}

Result<policy::Verdict> judge(const Options& o, const flow::VerifyRequest& request,
                              Session& session) {
  auto context = session.context(o.registry.plain_http);
  if (!o.bundle) {
    if (oci::Reference::looks_like(o.target)) {
      const auto reference = TRY(parse_reference(o.target));
      if (o.check_tag) TRY(flow::check_tag(context, reference));
      return flow::verify_artifact(context, reference, request);
    }
    return Error(ErrorKind::usage, o.target + ": a file needs its bundle",
                 "add --bundle FILE; a reference has the form HOST/REPO:TAG or oci:DIR:TAG");
  }
  if (o.check_tag) return Error(ErrorKind::usage, "--check-tag is for references, not for files");
  auto bundle = TRY(session.flag_file("--bundle", *o.bundle, limits::kBundle));
  bool is_digest = o.target.starts_with("sha256:") && Digest::parse(o.target).has_value();
  auto digest = is_digest ? TRY(Digest::parse(o.target)) : TRY(file_digest(o.target));
  return flow::verify_bundle_file(context, bundle, digest, o.target, request);
}

Result<int> run(const Options& o, Session& session) {
  auto identities = TRY(o.who.resolve());
  auto policy = TRY(o.policy.resolve(session));
  std::optional<std::string> type;
  if (o.type) type = TRY(attest::predicate_type_uri(*o.type));
  if (!policy && identities.empty()) {
    return Error(ErrorKind::usage,
                 "who must have signed? neither an identity nor a policy was given",
                 "add --certificate-identity ID --certificate-oidc-issuer URL, or --policy FILE");
  }
  auto root = TRY(o.trust.resolve(session));
  flow::VerifyRequest request{
      .identities = std::move(identities),
      .policy = std::move(policy),
      .predicate_type = std::move(type),
      .trusted_root = std::move(root),
      .evidence = o.evidence.evidence,
      .content = o.content ? std::optional(flow::VerifyRequest::Content::all) : std::nullopt};
  auto verdict = TRY(judge(o, request, session));
  if (session.json()) {
    session.print_json(policy::to_json(verdict));
  } else {
    session.print_raw(verdict_text(verdict, {session.quiet(), session.verbose(), session.color()},
                                   o.evidence.evidence));
  }
  return verdict.exit_code();
}

}  // namespace

Command verify_command() {
  return {
      .path = {"verify"},
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
        set.positional("TARGET", o->target, "Reference, or file or sha256:HEX with --bundle",
                       ValueKind::reference);
        set.option("--bundle", "FILE", o->bundle, "Sigstore bundle of a file or digest",
                   ValueKind::file);
        o->policy.add_to(set);
        o->who.add_to(set);
        set.option("--type", "TYPE", o->type, "Check the attestation of this predicate type only");
        set.suggest(attest::predicate_type_words());
        set.flag("--content", o->content, "Also read and hash every layer (a layout's always are)");
        o->trust.add_to(set);
        o->evidence.add_to(set);
        set.flag("--check-tag", o->check_tag, "Refuse when the tag beside a digest has moved");
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
