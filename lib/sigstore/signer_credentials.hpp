// What a signer signs with: a key, and the certificate that says whose it is; only for sign.cpp.
#pragma once

#include "sigstore/sign.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mpk::sigstore {

struct Credential {
  std::shared_ptr<keys::SigningKey> key;
  std::optional<crypto::Certificate> certificate;
  std::vector<crypto::Certificate> intermediates;  // to be written too
  std::string key_hint;                            // without a certificate
  bool whole_chain = false;                        // as KeySignerOptions says
};

/// Thread-safe.
class Credentials {
 public:
  virtual ~Credentials() = default;
  virtual std::string identity() const = 0;
  virtual std::string issuer() const = 0;
  virtual std::string job_workflow() const { return {}; }
  /// Of every key that current() gives.
  virtual crypto::KeyType key_type() const = 0;
  /// What to sign with now. The first caller asks for a certificate, the others wait.
  virtual Result<Credential> current() = 0;
  /// Whether the certificate is one of the trusted root's authorities.
  virtual bool keyless() const = 0;
  /// A bundle more was made.
  virtual void count() {}
};

std::unique_ptr<Credentials> make_keyless_credentials(
    std::string fulcio_url, oidc::IdentityToken token,
    std::function<Result<oidc::IdentityToken>()> renew, http::Transport& transport,
    const Clock& clock, const Logger& logger);

/// usage: the certificate is for another key.
Result<std::unique_ptr<Credentials>> make_key_credentials(
    std::unique_ptr<keys::SigningKey> key, std::vector<crypto::Certificate> certificates,
    bool whole_chain);

}  // namespace mpk::sigstore
