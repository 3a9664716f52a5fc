// Option groups.
#include "options/options.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "sigstore/signing_config.hpp"

#include <map>
#include <utility>

namespace mpk::cli {
namespace {

// One kind of name, exact or as patterns, in the order it was given.
Result<std::vector<sigstore::Matcher>> matchers(const std::string& flag,
                                                const std::vector<std::string>& exact,
                                                const std::vector<std::string>& patterns) {
  if (!exact.empty() && !patterns.empty())
    return Error(ErrorKind::usage, flag + " and " + flag + "-regexp exclude each other");
  std::vector<sigstore::Matcher> out;
  for (const auto& text : exact) out.push_back({text, std::nullopt});
  for (const auto& text : patterns) {
    auto compiled = Regex::compile(text);
    if (!compiled) {
      return Error(ErrorKind::usage, flag + "-regexp: " + compiled.error().message(),
                   "patterns are RE2 and must match the whole value");
    }
    out.push_back({text, *compiled});
  }
  return out;
}

Result<std::map<std::string, sigstore::Matcher>> parse_claims(
    const std::vector<std::string>& claims) {
  std::map<std::string, sigstore::Matcher> out;
  for (const auto& claim : claims) {
    const auto border = claim.find('=');
    if (border == std::string::npos || border == 0) {
      return Error(ErrorKind::usage, "--claim " + printable(claim, 80) + ": expected NAME=VALUE",
                   "for example --claim sourceRepositoryURI=https://github.com/acme/train");
    }
    const auto name =
        TRY(sigstore::parse_claim_name(std::string_view(claim).substr(0, border)).with("--claim"));
    if (!out.emplace(name, sigstore::Matcher{claim.substr(border + 1), std::nullopt}).second)
      return Error(ErrorKind::usage, "--claim " + name + " was given twice");
  }
  return out;
}

Result<std::optional<unsigned>> parse_count(const std::string& flag,
                                            const std::optional<std::string>& text,
                                            std::size_t most) {
  if (!text) return std::optional<unsigned>();
  const auto value = parse_u64(*text);
  if (value && *value >= 1 && *value <= most)
    return std::optional<unsigned>(static_cast<unsigned>(*value));
  return Error(ErrorKind::usage, flag + " is \"" + printable(*text, 40) + "\", expected 1 to " +
                                     std::to_string(most));
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
  oidc.add_to(set);
  set.option("--key", "FILE|URI", key,
             "Sign with this private key, keyless otherwise: no service is contacted without "
             "--signing-config",
             ValueKind::file);
  set.option("--certificate", "FILE", certificate,
             "The key's certificate by a CA of your own, PEM, its issuers after it",
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
  request.identity = TRY(oidc.resolve(session));
  if (signing_config) {
    request.signing_config_text =
        TRY(session.flag_file("--signing-config", *signing_config, limits::kTrustedRoot));
  }
  if (trusted_root) {
    request.trusted_root_text =
        TRY(session.flag_file("--trusted-root", *trusted_root, limits::kTrustedRoot));
  }
  if (instance) TRY(take_instance(*instance, session, request));
  request.key = key;
  if (certificate) {
    request.certificates_pem =
        TRY(session.flag_file("--certificate", *certificate, limits::kTrustedRoot));
  }
  if (session.stdin_is_terminal()) {
    request.ask_secret = [&session](const std::string& what) {
      return session.ask_secret(what + ": ");
    };
  }
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

bool TrustOptions::given() const { return trusted_root || trust_config || instance; }

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
             "Who must have signed: e-mail or URI, exactly; of several one is enough");
  set.option("--certificate-identity-regexp", "RE", identity_regexp,
             "The same as an RE2 pattern that must match the whole identity");
  set.option("--certificate-oidc-issuer", "URL", issuer, "Who vouched for that identity, exactly");
  set.option("--certificate-oidc-issuer-regexp", "RE", issuer_regexp,
             "The same as an RE2 pattern that must match the whole issuer");
  set.option("--claim", "NAME=VALUE", claims,
             "What the certificate must say besides, such as sourceRepositoryURI");
  std::vector<std::string> names;
  for (const auto& name : sigstore::claim_names()) names.push_back(name + "=");
  set.suggest(std::move(names));
}

bool WhoOptions::given() const {
  return !identity.empty() || !identity_regexp.empty() || !issuer.empty() ||
         !issuer_regexp.empty() || !claims.empty();
}

Result<std::vector<sigstore::IdentityMatcher>> WhoOptions::resolve(bool own_authority) const {
  if (!given()) return std::vector<sigstore::IdentityMatcher>();
  const bool has_identity = !identity.empty() || !identity_regexp.empty();
  const bool has_issuer = !issuer.empty() || !issuer_regexp.empty();
  if (!has_issuer && !own_authority) {
    return Error(
        ErrorKind::usage, "an identity without an issuer proves nothing",
        "add --certificate-oidc-issuer URL: anyone may run an issuer that vouches for any name");
  }
  if (!has_identity) {
    return Error(ErrorKind::usage, "an issuer without an identity lets all its users sign",
                 "add --certificate-identity ID, or --certificate-identity-regexp '.*' to say so");
  }
  const auto subjects = TRY(matchers("--certificate-identity", identity, identity_regexp));
  auto vouching = TRY(matchers("--certificate-oidc-issuer", issuer, issuer_regexp));
  if (vouching.empty()) vouching.push_back({".*", TRY(Regex::compile(".*"))});
  if (vouching.size() != 1 && vouching.size() != subjects.size()) {
    return Error(ErrorKind::usage,
                 std::to_string(subjects.size()) + " identities and " +
                     std::to_string(vouching.size()) + " issuers do not pair",
                 "give one issuer for all, or one for each identity in the same order");
  }
  const auto wanted = TRY(parse_claims(claims));
  std::vector<sigstore::IdentityMatcher> out;
  for (std::size_t i = 0; i < subjects.size(); ++i)
    out.push_back({subjects[i], vouching[vouching.size() == 1 ? 0 : i], wanted});
  return out;
}

void EvidenceOptions::add_to(OptionSet& set) {
  set.flag("--insecure-ignore-sct", evidence.insecure_ignore_sct,
           "Do not demand that the certificate is in a CT log");
  set.flag("--insecure-ignore-tlog", evidence.insecure_ignore_tlog,
           "Do not demand a transparency log entry");
  set.option("--min-logs", "N", min_logs,
             "Entries of so many different logs must hold, by different operators");
  set.option("--min-timestamps", "N", min_timestamps,
             "Timestamps of so many different authorities must hold, by different operators");
  set.option("--witness", "FILE", witnesses,
             "Verifier keys (NAME+HASH+BASE64, one a line) of who must have cosigned the log",
             ValueKind::file);
  set.option("--witness-quorum", "N", witness_quorum,
             "So many of the witnesses are enough (default: all)");
}

bool EvidenceOptions::given() const {
  return evidence.insecure_ignore_sct || evidence.insecure_ignore_tlog || min_logs ||
         min_timestamps || witness_quorum || !witnesses.empty();
}

Result<sigstore::Evidence> EvidenceOptions::resolve(Session& session) const {
  auto out = evidence;
  out.logs = TRY(parse_count("--min-logs", min_logs, limits::kLogEntries));
  out.timestamps = TRY(parse_count("--min-timestamps", min_timestamps, limits::kTimestamps));
  if (out.insecure_ignore_tlog && (out.logs || !witnesses.empty())) {
    return Error(ErrorKind::usage,
                 "--insecure-ignore-tlog and what is asked of a log exclude each other");
  }
  if (witnesses.empty()) {
    if (!witness_quorum) return out;
    return Error(ErrorKind::usage, "--witness-quorum of which witnesses?", "add --witness FILE");
  }
  std::string text;
  for (const auto& path : witnesses)
    text += TRY(session.flag_file("--witness", path, limits::kNote)) + "\n";
  auto keys = sigstore::parse_witnesses(text);
  if (!keys) return std::move(keys).error().with("--witness").with_kind(ErrorKind::usage);
  sigstore::WitnessQuorum quorum{.witnesses = keys.take(), .needed = 0};
  quorum.needed = quorum.witnesses.size();
  if (const auto needed =
          TRY(parse_count("--witness-quorum", witness_quorum, quorum.witnesses.size())))
    quorum.needed = *needed;
  out.witnesses.push_back(std::move(quorum));
  return out;
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
