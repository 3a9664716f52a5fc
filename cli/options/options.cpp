// Option groups.
#include "options/options.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "sigstore/signing_config.hpp"

namespace mpk::cli {
namespace {

Result<sigstore::Matcher> matcher(const char* flag, const std::optional<std::string>& exact,
                                  const std::optional<std::string>& pattern) {
  if (exact && pattern) {
    return Error(ErrorKind::usage,
                 std::string(flag) + " and " + flag + "-regexp exclude each other");
  }
  if (exact) return sigstore::Matcher{*exact, std::nullopt};
  auto compiled = Regex::compile(*pattern);
  if (!compiled) {
    return Error(ErrorKind::usage, std::string(flag) + "-regexp: " + compiled.error().message(),
                 "patterns are RE2 and must match the whole value");
  }
  return sigstore::Matcher{*pattern, *compiled};
}

Result<void> take_instance(const std::string& name, Session& session,
                           flow::SigningRequest& request) {
  if (request.signing_config_text || request.trusted_root_text) {
    return Error(ErrorKind::usage, "--instance excludes --signing-config and --trusted-root");
  }
  if (name == flow::kPublicInstance) return {};  // the default, with its question
  auto found = TRY(flow::load_instance(session.env(), name));
  if (!found.signing_config) {
    return Error(ErrorKind::usage, "instance " + name + " has no signing config",
                 "import a client trust config, or give --signing-config and --trusted-root");
  }
  request.signing_config_text = std::move(found.signing_config);
  request.trusted_root_text = std::move(found.trusted_root);
  return {};
}

}  // namespace

void RegistryOptions::add_to(OptionSet& set) {
  set.flag("--plain-http", plain_http,
           "Use HTTP without TLS for a registry that is not on loopback");
}

void SigningOptions::add_to(OptionSet& set) {
  set.option(
      "--identity-token", "FILE", identity_token,
      "OIDC token to sign with, - for standard input (else SIGSTORE_ID_TOKEN or the CI's own)",
      ValueKind::file);
  set.option("--signing-config", "FILE", signing_config,
             "Signing services of another Sigstore instance", ValueKind::file);
  set.option("--trusted-root", "FILE", trusted_root,
             "Trusted root of that instance: what is signed is verified before it is attached",
             ValueKind::file);
  set.option("--instance", "NAME", instance,
             "Both of an instance that trust update or trust import keeps");
  set.flag("--yes", yes, "Do not ask before an identity goes into a public log for ever");
}

Result<flow::SigningRequest> SigningOptions::resolve(Session& session) const {
  flow::SigningRequest request;
  if (identity_token) {
    request.identity_token_text =
        TRY(session.flag_file("--identity-token", *identity_token, limits::kToken));
    request.identity_token_source = "--identity-token " + *identity_token;
  }
  if (signing_config) {
    request.signing_config_text =
        TRY(session.flag_file("--signing-config", *signing_config, limits::kTrustedRoot));
  }
  if (trusted_root) {
    request.trusted_root_text =
        TRY(session.flag_file("--trusted-root", *trusted_root, limits::kTrustedRoot));
  }
  if (instance) TRY(take_instance(*instance, session, request));
  request.assume_yes = yes;
  if (session.stdin_is_terminal())
    request.confirm = [&session](const std::string& question) { return session.ask_yes(question); };
  return request;
}

void TrustOptions::add_to(OptionSet& set) {
  set.option("--trusted-root", "FILE", trusted_root,
             "Trusted root to verify against (default: the public Sigstore instance's)",
             ValueKind::file);
  set.option("--trust-config", "FILE", trust_config, "The same from a client trust config file",
             ValueKind::file);
  set.option("--instance", "NAME", instance,
             "The same of an instance that trust update or trust import keeps");
}

Result<sigstore::TrustedRoot> TrustOptions::resolve(Session& session) const {
  if ((trusted_root ? 1 : 0) + (trust_config ? 1 : 0) + (instance ? 1 : 0) > 1) {
    return Error(ErrorKind::usage,
                 "--trusted-root, --trust-config and --instance exclude each other");
  }
  std::string text;
  std::string name;
  if (auto known = TRY(chosen_instance(session))) {
    text = std::move(known->trusted_root);
    name = "instance " + known->name;
    const std::string prefix = name + ": ";
    for (const auto& warning : known->warnings) session.warn(prefix + warning);
    if (session.verbose()) session.say("trusted root: " + name + ", " + known->text());
  } else if (trusted_root) {
    text = TRY(session.flag_file("--trusted-root", *trusted_root, limits::kTrustedRoot));
    name = "--trusted-root " + *trusted_root;
  } else if (trust_config) {
    text = TRY(session.flag_file("--trust-config", *trust_config, limits::kTrustedRoot));
    name = "--trust-config " + *trust_config;
    auto parts = sigstore::parse_trust_config(text);
    if (!parts) return std::move(parts).error().with(name).with_kind(ErrorKind::usage);
    text = parts->trusted_root;
  }
  auto root = sigstore::parse_trusted_root(text);
  if (!root) return std::move(root).error().with(name).with_kind(ErrorKind::usage);
  const std::string prefix = name + ": ";
  for (const auto& warning : root->warnings) session.warn(prefix + warning);
  return root;
}

Result<std::optional<flow::TrustInstance>> TrustOptions::chosen_instance(Session& session) const {
  if (trusted_root || trust_config) return std::optional<flow::TrustInstance>();
  auto found = TRY(
      flow::load_instance(session.env(), instance.value_or(std::string(flow::kPublicInstance))));
  return std::optional(std::move(found));
}

void WhoOptions::add_to(OptionSet& set) {
  set.option("--certificate-identity", "ID", identity,
             "Who must have signed: e-mail or URI, exactly");
  set.option("--certificate-identity-regexp", "RE", identity_regexp,
             "The same as an RE2 pattern that must match the whole identity");
  set.option("--certificate-oidc-issuer", "URL", issuer, "Who vouched for that identity, exactly");
  set.option("--certificate-oidc-issuer-regexp", "RE", issuer_regexp,
             "The same as an RE2 pattern that must match the whole issuer");
}

Result<std::vector<sigstore::IdentityMatcher>> WhoOptions::resolve() const {
  bool has_identity = identity || identity_regexp;
  bool has_issuer = issuer || issuer_regexp;
  if (!has_identity && !has_issuer) return std::vector<sigstore::IdentityMatcher>();
  if (!has_issuer) {
    return Error(
        ErrorKind::usage, "an identity without an issuer proves nothing",
        "add --certificate-oidc-issuer URL: anyone may run an issuer that vouches for any name");
  }
  if (!has_identity) {
    return Error(ErrorKind::usage, "an issuer without an identity lets all its users sign",
                 "add --certificate-identity ID, or --certificate-identity-regexp '.*' to say so");
  }
  auto subject = TRY(matcher("--certificate-identity", identity, identity_regexp));
  auto vouching = TRY(matcher("--certificate-oidc-issuer", issuer, issuer_regexp));
  sigstore::IdentityMatcher out{.subject = std::move(subject), .issuer = std::move(vouching)};
  return std::vector<sigstore::IdentityMatcher>{std::move(out)};
}

void EvidenceOptions::add_to(OptionSet& set) {
  set.flag("--insecure-ignore-sct", evidence.insecure_ignore_sct,
           "Do not demand that the certificate is in a CT log");
  set.flag("--insecure-ignore-tlog", evidence.insecure_ignore_tlog,
           "Do not demand a transparency log entry");
}

Result<oci::Reference> parse_plain_reference(const std::string& text) {
  if (text.starts_with("/") || text.starts_with("./") || text.starts_with("../")) {
    return Error(ErrorKind::usage, printable(text) + ": a path, and no reference",
                 "a local OCI layout is written oci:" + text + ", with a tag oci:" + text + ":1.0");
  }
  if (text.find('/') == std::string::npos && !text.starts_with("oci:")) {
    const bool is_host = text.find('.') != std::string::npos || text.starts_with("localhost");
    return Error(ErrorKind::usage,
                 printable(text) + (is_host ? ": a registry without a repository"
                                            : ": no reference, as it names no registry"),
                 "write HOST/REPOSITORY:TAG, or oci:DIR:TAG for a local OCI layout");
  }
  return oci::Reference::parse(text);
}

Result<oci::Reference> parse_reference(const std::string& text) {
  auto reference = TRY(parse_plain_reference(text));
  if (reference.tag || reference.digest) return reference;
  // A directory may have a ':' in its name, but more often this is a tag that can't be one.
  const auto colon = text.rfind(':');
  if (reference.kind == oci::Reference::Kind::layout && colon > 3) {
    return Error(ErrorKind::usage,
                 printable(text) + ": \"" + printable(text.substr(colon + 1), 80) + "\" is no tag",
                 "a tag has no '/'; if the directory's name has a ':', write the tag behind it: " +
                     text + ":latest");
  }
  return reference.with_tag("latest");
}

Result<oci::Reference> parse_target_reference(const std::string& text) {
  auto reference = TRY(parse_reference(text));
  if (reference.digest) {
    return Error(ErrorKind::usage, text + ": a digest can't be chosen",
                 "name where to push by a tag, for example " + reference.name() + ":1.0");
  }
  return reference;
}

std::string pinned(const oci::Reference& reference, const Digest& digest) {
  return reference.name() + (reference.tag && !reference.digest ? ":" + *reference.tag : "") + "@" +
         digest.text();
}

}  // namespace mpk::cli
