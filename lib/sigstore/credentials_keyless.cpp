// A key of a few minutes and a certificate for it, by an identity token.
#include "crypto/key.hpp"
#include "keys/local_key.hpp"
#include "sigstore/services.hpp"
#include "sigstore/signer_credentials.hpp"

#include <atomic>
#include <mutex>

namespace mpk::sigstore {
namespace {

constexpr std::int64_t kRenewBefore = 120;  // seconds of life that a certificate must have left
// What verifiers allow between their clock and a proven time; a token's life gets a minute.
constexpr std::int64_t kClockLeeway = 300, kTokenLeeway = 60;

// With the clocks apart, what is signed now would be judged outside of the certificate's life.
Result<void> check_clock(const crypto::Certificate& leaf, Timestamp now) {
  const bool ours_is_behind = leaf.not_before() > now.plus_seconds(kClockLeeway);
  const bool ours_is_ahead = leaf.not_after() <= now;
  if (!ours_is_behind && !ours_is_ahead) return {};
  return Error(ErrorKind::untrusted,
               "the certificate authority's clock and this machine's disagree: the certificate is "
               "valid from " +
                   leaf.not_before().text() + " to " + leaf.not_after().text() + ", here it is " +
                   now.text(),
               std::string("this machine's clock seems to be ") +
                   (ours_is_behind ? "behind" : "ahead") +
                   ": set it (timedatectl set-ntp true) and run the command again");
}

class KeylessCredentials final : public Credentials {
 public:
  KeylessCredentials(std::string url, oidc::IdentityToken token,
                     std::function<Result<oidc::IdentityToken>()> renew, http::Transport& transport,
                     const Clock& clock, const Logger& logger)
      : url_(std::move(url)),
        identity_(token.identity()),
        issuer_(token.issuer),
        job_workflow_(token.job_workflow),
        renew_(std::move(renew)),
        transport_(transport),
        clock_(clock),
        logger_(logger),
        token_(std::move(token)) {}

  std::string identity() const override { return identity_; }
  std::string issuer() const override { return issuer_; }
  std::string job_workflow() const override { return job_workflow_; }
  crypto::KeyType key_type() const override { return crypto::KeyType::ecdsa_p256; }
  bool keyless() const override { return true; }
  void count() override { ++made_; }

  Result<Credential> current() override {
    const std::scoped_lock lock(mutex_);
    const auto now = clock_.now();
    if (credential_ && now.plus_seconds(kRenewBefore) < credential_->certificate->not_after())
      return *credential_;
    TRY(refresh_token(now));
    auto key = TRY(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
    auto chain = TRY(request_certificate(transport_, url_, token_, key));
    TRY(check_clock(chain.front(), clock_.now()));
    logger_.debug("certificate " + chain.front().serial_hex() + " until " +
                  chain.front().not_after().text());
    credential_ = Credential{.key = keys::make_local_key(std::move(key), "ephemeral key"),
                             .certificate = chain.front(),
                             .intermediates = {},
                             .key_hint = {}};
    return *credential_;
  }

 private:
  Result<void> refresh_token(Timestamp now) {
    if (now < token_.expires.plus_seconds(kTokenLeeway)) return {};
    if (!renew_) {
      return Error(ErrorKind::unauthorized,
                   "identity token (" + token_.source + ") expired at " + token_.expires.text() +
                       "; signatures made until then: " + std::to_string(made_),
                   "what was signed is complete; run the command again with a fresh token for the "
                   "rest");
    }
    auto fresh = TRY(renew_().with("renewing the identity token"));
    // One run signs as one identity: what the screen says is true of all of it.
    if (fresh.identity() != identity_ || fresh.issuer != issuer_) {
      return Error(ErrorKind::unauthorized,
                   "the renewed identity token is for " + fresh.identity() + " (issuer " +
                       fresh.issuer + "), expected " + identity_ + " (issuer " + issuer_ + ")",
                   "run the command again for the rest");
    }
    logger_.info("the identity token expired; " + fresh.source + " gave another one");
    token_ = std::move(fresh);
    return {};
  }

  const std::string url_, identity_, issuer_, job_workflow_;
  const std::function<Result<oidc::IdentityToken>()> renew_;
  http::Transport& transport_;
  const Clock& clock_;
  Logger logger_;
  std::atomic<std::size_t> made_{0};
  std::mutex mutex_;  // of what follows
  oidc::IdentityToken token_;
  std::optional<Credential> credential_;
};

}  // namespace

std::unique_ptr<Credentials> make_keyless_credentials(
    std::string fulcio_url, oidc::IdentityToken token,
    std::function<Result<oidc::IdentityToken>()> renew, http::Transport& transport,
    const Clock& clock, const Logger& logger) {
  return std::make_unique<KeylessCredentials>(std::move(fulcio_url), std::move(token),
                                              std::move(renew), transport, clock, logger);
}

}  // namespace mpk::sigstore
