// Whose signature counts and how much evidence is asked.
#include "options/judge_options.hpp"

#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "keys/signing_key.hpp"
#include "options/key_access.hpp"

namespace mpk::cli {
namespace {

Result<crypto::PublicKey> read_public_key(Session& session, const std::string& source) {
  if (source.starts_with("pkcs11:") || source.find("://") != std::string::npos) {
    return keys::open_public_key(source, key_access(session)).with("--key");
  }
  const auto pem = TRY(session.flag_file("--key", source, limits::kToken));
  if (pem.find("PRIVATE KEY") != std::string::npos) {
    return Error(ErrorKind::usage, "--key " + source + ": a private key, and verifying needs none",
                 "give the public key: whoever verifies should not have the other");
  }
  auto key = crypto::PublicKey::from_pem(pem);
  if (!key) {
    return std::move(key)
        .error()
        .with("--key " + source)
        .with_kind(ErrorKind::usage)
        .with_hint(
            "a PEM file with \"PUBLIC KEY\" is expected (cosign.pub, or openssl pkey -pubout)");
  }
  return key;
}

Result<std::vector<crypto::Certificate>> read_chain(Session& session, const std::string& path) {
  const auto pem = TRY(session.flag_file("--certificate-chain", path, limits::kTrustedRoot));
  auto chain = crypto::Certificate::list_from_pem(pem);
  if (!chain) {
    return std::move(chain)
        .error()
        .with("--certificate-chain " + path)
        .with_kind(ErrorKind::usage)
        .with_hint("a PEM file with the certificates of the issuing authorities is expected");
  }
  return chain;
}

}  // namespace

void JudgeOptions::add_to(OptionSet& set) {
  policy.add_to(set);
  rego.add_to(set);
  who.add_to(set);
  set.option("--key", "FILE|URI", key,
             "Public key of who must have signed: PEM, or where it is kept", ValueKind::file);
  set.option("--certificate-chain", "FILE", certificate_chain,
             "Authorities of one's own (PEM, root last) that issued the signer's certificate",
             ValueKind::file);
  trust.add_to(set);
  evidence.add_to(set);
  legacy_tags.add_to(set);
}

bool JudgeOptions::names_somebody() const { return policy.file || who.given() || key; }

bool JudgeOptions::asks_for_something() const {
  return certificate_chain || rego.given() || trust.given() || evidence.given() || legacy_tags.word;
}

Result<flow::VerifyRequest> JudgeOptions::resolve(Session& session) const {
  if (key && (policy.file || who.given())) {
    return Error(ErrorKind::usage,
                 "--key names who must have signed, and so does what is beside it",
                 "give either --key, or an identity or a policy");
  }
  if (key && certificate_chain)
    return Error(ErrorKind::usage, "--key and --certificate-chain exclude each other");
  auto identities = TRY(who.resolve(certificate_chain.has_value()));
  auto rules = TRY(policy.resolve(session));
  if (!rules && identities.empty() && !key) {
    return Error(ErrorKind::usage,
                 "who must have signed? neither an identity nor a policy was given",
                 "add --certificate-identity ID --certificate-oidc-issuer URL, or --policy FILE, "
                 "or --key FILE");
  }
  auto refusals = TRY(rego.resolve());
  const auto legacy = TRY(legacy_tags.resolve());
  const bool own = key || certificate_chain;
  const bool no_root = own && !trust.given();
  auto root = no_root ? sigstore::TrustedRoot{{}, {}, {}, {}, {}, crypto::sha256("")}
                      : TRY(trust.resolve(session));
  flow::VerifyRequest request{.identities = std::move(identities),
                              .policies = std::move(rules),
                              .predicate_type = {},
                              .trusted_root = std::move(root),
                              .evidence = TRY(evidence.resolve(session)),
                              .keys_need_no_root = !trust.given(),
                              .legacy_tags = legacy};
  request.rego = std::move(refusals);
  if (key) request.key = TRY(read_public_key(session, *key));
  if (certificate_chain) request.anchors = TRY(read_chain(session, *certificate_chain));
  return request;
}

}  // namespace mpk::cli
