// sign: one certificate, many statements; timestamp and log in parallel; verified before returned.
#include "sigstore/sign.hpp"

#include "attest/dsse.hpp"
#include "attest/statement.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "sigstore/bundle.hpp"
#include "sigstore/services.hpp"
#include "sigstore/verify.hpp"

#include <mutex>

namespace mpk::sigstore {
namespace {

constexpr std::int64_t kRenewBefore = 120;  // seconds of life that a certificate must have left
constexpr unsigned kLogAttempts = 3;
constexpr std::size_t kNonceBytes = 16;

struct Credential {
  crypto::PrivateKey key;
  crypto::Certificate certificate;
};

struct Logged {
  Bytes signature;
  std::vector<Bytes> timestamps;
  std::string entry;
};

class KeylessSigner final : public Signer {
 public:
  KeylessSigner(SignerOptions options, std::vector<Service> fulcio, std::vector<Service> rekor,
                std::vector<Service> tsa, http::Transport& transport, const Clock& clock,
                crypto::Random& random, const Logger& logger)
      : options_(std::move(options)),
        fulcio_(std::move(fulcio)),
        rekor_(std::move(rekor)),
        tsa_(std::move(tsa)),
        transport_(transport),
        clock_(clock),
        random_(random),
        logger_(logger) {}

  std::string identity() const override { return options_.token.identity(); }
  std::string issuer() const override { return options_.token.issuer; }
  Result<SignedBundle> sign(const std::string& statement) override;

 private:
  Result<Credential> credential();
  Result<Logged> sign_and_log(const Credential& credential, const std::string& pae);
  Result<void> prove(const std::string& bundle, const Digest& subject);

  SignerOptions options_;
  std::vector<Service> fulcio_, rekor_, tsa_;
  http::Transport& transport_;
  const Clock& clock_;
  crypto::Random& random_;
  Logger logger_;
  std::mutex mutex_;  // of credential_: the first caller asks, the others wait
  std::optional<Credential> credential_;
};

Result<Credential> KeylessSigner::credential() {
  std::scoped_lock lock(mutex_);
  if (credential_ && clock_.now().plus_seconds(kRenewBefore) < credential_->certificate.not_after())
    return *credential_;
  auto key = TRY(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  auto chain = TRY(request_certificate(transport_, fulcio_.front().url, options_.token, key));
  credential_ = Credential{std::move(key), chain.front()};
  logger_.debug("certificate " + chain.front().serial_hex() + " until " +
                chain.front().not_after().text());
  return *credential_;
}

// The imprint is over the signature, the entry over signature and digest: neither waits for the
// other.
Result<Logged> KeylessSigner::sign_and_log(const Credential& credential, const std::string& pae) {
  for (unsigned attempt = 1;; ++attempt) {
    Logged out;
    out.signature = TRY(credential.key.sign(as_bytes(pae)));
    auto digest = crypto::sha256(pae).bytes();
    std::vector<Bytes> timestamps(tsa_.size());
    Result<std::string> entry = std::string();
    auto work = [&](std::size_t i) -> Result<void> {
      if (i < tsa_.size()) {
        timestamps[i] = TRY(
            request_timestamp(transport_, tsa_[i].url, out.signature, random_.bytes(kNonceBytes)));
        return {};
      }
      entry = log_signature(transport_, rekor_.front().url, digest, out.signature,
                            credential.certificate);
      return {};
    };
    TRY(parallel_for(tsa_.size() + 1, tsa_.size() + 1, CancelToken(), work));
    if (entry) {
      out.timestamps = std::move(timestamps);
      out.entry = entry.take();
      return out;
    }
    // The entry may be in the log all the same, and v2 has no look-up: a new signature is a new
    // entry.
    auto kind = entry.error().kind();
    bool worth_it =
        kind == ErrorKind::exists || kind == ErrorKind::network || kind == ErrorKind::timeout;
    if (!worth_it || attempt == kLogAttempts) return std::move(entry).error();
    logger_.info("the log's answer was lost; signing again");
  }
}

// What an honest verifier would see. Identity is our own token's: read, not matched.
Result<void> KeylessSigner::prove(const std::string& bundle, const Digest& subject) {
  Expectation expectation{.artifact = subject, .identities = {}, .any_identity_judged_later = true};
  auto report = verify_bundle(bundle, expectation, options_.trusted_root, {}, clock_.now());
  if (report.verified) return {};
  const auto* failure = report.first_failure();
  return Error(
      ErrorKind::untrusted,
      "what the services signed does not verify under the trusted root: " +
          (failure == nullptr ? std::string("unknown reason") : failure->message),
      "do --trusted-root and --signing-config describe the same instance? nothing was attached");
}

Result<SignedBundle> KeylessSigner::sign(const std::string& statement) {
  auto parsed = TRY(attest::parse_statement(statement));
  auto subject = TRY(Digest::parse("sha256:" + parsed.subjects.front().digest.at("sha256")));
  auto used = TRY(credential());
  std::string payload_type(attest::kInTotoPayloadType);
  auto logged = TRY(sign_and_log(used, attest::pae(payload_type, statement)));
  BundleParts parts{.envelope = {.payload_type = payload_type,
                                 .payload = statement,
                                 .signatures = {{.sig = logged.signature, .keyid = {}}}},
                    .certificate = used.certificate,
                    .key_hint = {},
                    .log_entry = logged.entry,
                    .timestamps = logged.timestamps};
  SignedBundle out;
  out.text = TRY(make_bundle(parts));
  TRY(prove(out.text, subject));
  auto bundle = TRY(parse_bundle(out.text));
  out.predicate_type = parsed.predicate_type;
  out.log_url = rekor_.front().url;
  if (!bundle.log_entries.empty())
    out.log_index = std::to_string(bundle.log_entries.front().log_index);
  return out;
}

}  // namespace

Result<std::unique_ptr<Signer>> make_keyless_signer(SignerOptions options,
                                                    http::Transport& transport, const Clock& clock,
                                                    crypto::Random& random, const Logger& logger) {
  auto now = clock.now();
  const auto& config = options.config;
  auto fulcio = TRY(
      select_services(config.certificate_authorities, "ANY", 0, {1}, now, "certificate authority"));
  auto rekor = TRY(select_services(config.rekor, config.rekor_selector, config.rekor_count, {2},
                                   now, "transparency log"));
  auto tsa = TRY(select_services(config.tsa, config.tsa_selector, config.tsa_count, {1}, now,
                                 "timestamp authority"));
  if (rekor.size() > 1)
    return Error(ErrorKind::unsupported, "the signing config asks for entries in several logs",
                 "this release writes to one");
  return std::unique_ptr<Signer>(
      std::make_unique<KeylessSigner>(std::move(options), std::move(fulcio), std::move(rekor),
                                      std::move(tsa), transport, clock, random, logger));
}

}  // namespace mpk::sigstore
