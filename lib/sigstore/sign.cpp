// sign: one credential, many signatures; shown to logs and authorities; verified before returned.
#include "sigstore/sign.hpp"

#include "attest/dsse.hpp"
#include "attest/statement.hpp"
#include "crypto/hash.hpp"
#include "sigstore/bundle.hpp"
#include "sigstore/services.hpp"
#include "sigstore/sign_failure.hpp"
#include "sigstore/signer_credentials.hpp"
#include "sigstore/signer_evidence.hpp"
#include "sigstore/verify.hpp"

namespace mpk::sigstore {
namespace {

/// What one signature is about.
struct Task {
  Digest artifact;                      // that a verifier asks for
  Digest digest;                        // of the bytes that are signed
  std::optional<BytesView> bytes = {};  // nothing: only the digest is known
  std::optional<attest::Envelope> envelope = {};
};

struct Surroundings {
  http::Transport& transport;
  const Clock& clock;
  crypto::Random& random;
  Logger logger;
};

class BundleSigner final : public Signer {
 public:
  BundleSigner(std::unique_ptr<Credentials> credentials, Witnesses witnesses,
               std::optional<TrustedRoot> trusted_root, Surroundings around)
      : credentials_(std::move(credentials)),
        witnesses_(std::move(witnesses)),
        trusted_root_(std::move(trusted_root)),
        around_(std::move(around)) {}

  std::string identity() const override { return credentials_->identity(); }
  std::string issuer() const override { return credentials_->issuer(); }
  std::string job_workflow() const override { return credentials_->job_workflow(); }
  std::optional<DigestAlgorithm> digest_algorithm() const override {
    const auto type = credentials_->key_type();
    if (type == crypto::KeyType::ed25519) return std::nullopt;
    return crypto::default_hash(type);
  }
  Result<SignedBundle> sign(const std::string& statement) override;
  Result<SignedBundle> sign_digest(const Digest& artifact) override;
  Result<SignedBundle> sign_content(BytesView content) override;

 private:
  DigestAlgorithm hash() const {
    return digest_algorithm().value_or(DigestAlgorithm::sha256);  // Ed25519: only a hint
  }
  Result<SignedBundle> make(Task task);
  Result<LogRequest> sign_once(const Credential& credential, const Task& task);
  Result<void> prove(const std::string& bundle, const Credential& credential, const Task& task,
                     BytesView signature) const;

  std::unique_ptr<Credentials> credentials_;
  Witnesses witnesses_;
  std::optional<TrustedRoot> trusted_root_;  // whenever there are witnesses
  Surroundings around_;
};

Result<LogRequest> BundleSigner::sign_once(const Credential& credential, const Task& task) {
  auto signature = task.bytes ? TRY(credential.key->sign(*task.bytes))
                              : TRY(credential.key->sign_digest(task.digest));
  return LogRequest{.digest = task.digest,
                    .signature = std::move(signature),
                    .key = credential.key->public_key(),
                    .certificate = credential.certificate,
                    .envelope = nullptr};
}

// What an honest verifier would see. Who signed is read, not matched: it is ourselves. A key whose
// signature does not hold (a token of hardware, a plugin) must not get further than this.
Result<void> BundleSigner::prove(const std::string& bundle, const Credential& credential,
                                 const Task& task, BytesView signature) const {
  const auto& key = credential.key->public_key();
  const auto held =
      task.bytes ? key.verify(*task.bytes, signature) : key.verify_digest(task.digest, signature);
  if (!held) {
    return Error(ErrorKind::untrusted,
                 credential.key->source() +
                     " made a signature that does not hold under its own "
                     "public key",
                 "nothing was written or attached");
  }
  if (!trusted_root_) return {};
  Expectation expectation{
      .artifact = task.artifact, .identities = {}, .any_identity_judged_later = true};
  if (!credentials_->keyless()) expectation.key = key;
  const auto report = verify_bundle(bundle, expectation, *trusted_root_, {}, around_.clock.now());
  return report.verified ? Result<void>() : Result<void>(sign_failure(report));
}

Result<SignedBundle> BundleSigner::make(Task task) {
  const auto credential = TRY(credentials_->current());
  auto evidenced = TRY(show_to(
      witnesses_, around_.transport, around_.random, around_.logger, [&]() -> Result<LogRequest> {
        auto request = TRY(sign_once(credential, task));
        if (task.envelope) {
          task.envelope->signatures = {{.sig = request.signature, .keyid = {}}};
          request.envelope = &*task.envelope;
        }
        return request;
      }));
  BundleParts parts{.envelope = {},
                    .certificate = credential.certificate,
                    .key_hint = credential.key_hint,
                    .log_entry = {},
                    .timestamps = std::move(evidenced.timestamps)};
  if (task.envelope) {
    parts.envelope = *task.envelope;
  } else {
    parts.message = MessageSignature{.digest = task.digest, .signature = evidenced.signature};
  }
  for (auto& entry : evidenced.entries) {
    if (parts.log_entry) {
      parts.further_log_entries.push_back(std::move(entry));
    } else {
      parts.log_entry = std::move(entry);
    }
  }
  // Nobody else's services have seen it: then it may be a self-signed one.
  parts.whole_chain = credential.whole_chain && !trusted_root_;
  SignedBundle out;
  out.text = TRY(make_bundle(parts));
  TRY(prove(out.text, credential, task, evidenced.signature));
  if (!witnesses_.logs.empty()) {
    const auto bundle = TRY(parse_bundle(out.text));
    out.log_url = witnesses_.logs.front().url;
    if (!bundle.log_entries.empty())
      out.log_index = std::to_string(bundle.log_entries.front().log_index);
  }
  if (credential.whole_chain) {
    parts.whole_chain = true;
    parts.intermediates = credential.intermediates;
    out.text = TRY(make_bundle(parts));
  }
  credentials_->count();
  return out;
}

Result<Digest> artifact_of(const attest::Statement& statement) {
  for (const auto* algorithm : {"sha256", "sha384", "sha512"}) {
    const auto& digests = statement.subjects.front().digest;
    const auto found = digests.find(algorithm);
    if (found != digests.end()) return Digest::parse(found->first + ":" + found->second);
  }
  return Error(ErrorKind::usage, "statement: its first subject has no SHA-2 digest");
}

Result<SignedBundle> BundleSigner::sign(const std::string& statement) {
  auto parsed = TRY(attest::parse_statement(statement));
  if (parsed.subjects.empty()) return Error(ErrorKind::usage, "statement: it has no subject");
  const auto artifact = TRY(artifact_of(parsed));
  attest::Envelope envelope{.payload_type = std::string(attest::kInTotoPayloadType),
                            .payload = statement,
                            .signatures = {}};
  const auto pae = attest::pae(envelope.payload_type, envelope.payload);
  auto out = TRY(make({.artifact = artifact,
                       .digest = crypto::hash(hash(), as_bytes(pae)),
                       .bytes = as_bytes(pae),
                       .envelope = std::move(envelope)}));
  out.predicate_type = std::move(parsed.predicate_type);
  return out;
}

Result<SignedBundle> BundleSigner::sign_digest(const Digest& artifact) {
  const auto wanted = digest_algorithm();
  if (!wanted) {
    return Error(ErrorKind::unsupported,
                 "an Ed25519 key signs whole messages, and only a digest is known here",
                 "use an ECDSA key (mpk key generate)");
  }
  if (artifact.algorithm() != *wanted) {
    return Error(ErrorKind::usage,
                 "a key of type " + std::string(to_string(credentials_->key_type())) + " signs " +
                     std::string(to_string(*wanted)) + " digests, found " + artifact.brief());
  }
  return make({.artifact = artifact, .digest = artifact});
}

Result<SignedBundle> BundleSigner::sign_content(BytesView content) {
  const auto digest = crypto::hash(hash(), content);
  if (digest_algorithm()) return sign_digest(digest);
  return make({.artifact = digest, .digest = digest, .bytes = content});
}

}  // namespace

Result<std::unique_ptr<Signer>> make_keyless_signer(SignerOptions options,
                                                    http::Transport& transport, const Clock& clock,
                                                    crypto::Random& random, const Logger& logger) {
  const auto now = clock.now();
  const auto& config = options.config;
  const auto fulcio = TRY(
      select_services(config.certificate_authorities, "ANY", 0, {1}, now, "certificate authority"));
  auto witnesses = TRY(choose_witnesses(config, true, now));
  auto credentials = make_keyless_credentials(fulcio.front().url, std::move(options.token),
                                              std::move(options.renew), transport, clock, logger);
  return std::unique_ptr<Signer>(std::make_unique<BundleSigner>(
      std::move(credentials), std::move(witnesses), std::move(options.trusted_root),
      Surroundings{transport, clock, random, logger}));
}

Result<std::unique_ptr<Signer>> make_key_signer(KeySignerOptions options,
                                                http::Transport& transport, const Clock& clock,
                                                crypto::Random& random, const Logger& logger) {
  const auto public_key = options.key->public_key();
  auto credentials = TRY(make_key_credentials(
      std::move(options.key), std::move(options.certificates), options.whole_chain));
  Witnesses witnesses;
  std::optional<TrustedRoot> root;
  if (options.services) {
    witnesses = TRY(choose_witnesses(options.services->config, false, clock.now()));
    for (const auto& log : witnesses.logs) TRY(check_loggable(log, public_key));
    if (witnesses.empty()) {
      return Error(ErrorKind::usage, "signing config names neither a log nor a timestamp authority",
                   "a key needs neither: leave --signing-config out");
    }
    root = std::move(options.services->trusted_root);
  }
  return std::unique_ptr<Signer>(
      std::make_unique<BundleSigner>(std::move(credentials), std::move(witnesses), std::move(root),
                                     Surroundings{transport, clock, random, logger}));
}

}  // namespace mpk::sigstore
