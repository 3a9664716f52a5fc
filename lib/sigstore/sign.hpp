// sign: a statement becomes a bundle, keyless or by key.
#pragma once

#include "base/log.hpp"
#include "base/parallel.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/random.hpp"
#include "http/transport.hpp"
#include "oidc/token.hpp"
#include "sigstore/signing_config.hpp"
#include "sigstore/trusted_root.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mpk::sigstore {

struct SignerOptions {
  SigningConfig config;
  TrustedRoot trusted_root;  // every bundle made is verified against it before it is returned
  oidc::IdentityToken token;
};

struct SignedBundle {
  std::string text;  // the bundle, v0.3
  std::string predicate_type;
  std::string log_url, log_index;  // for the screen
};

/// One certificate for as many signatures as are made within its life; renewed when it has less
/// than two minutes left. Thread-safe.
class Signer {
 public:
  virtual ~Signer() = default;
  /// "ci@example.com"; of a key its source ("key.pem").
  virtual std::string identity() const = 0;
  /// "https://…"; empty when signed with a key or a certificate of one's own CA.
  virtual std::string issuer() const = 0;
  /// ECDSA P-256, PAE, timestamp and log entry in parallel. A lost or refused-as-duplicate log
  /// answer is signed, timestamped and logged anew (three times). Nothing is returned that
  /// does not verify. network/timeout/unauthorized: a service is down or refuses.
  virtual Result<SignedBundle> sign(const std::string& statement) = 0;
};

Result<std::unique_ptr<Signer>> make_keyless_signer(SignerOptions options,
                                                    http::Transport& transport, const Clock& clock,
                                                    crypto::Random& random, const Logger& logger);

}  // namespace mpk::sigstore
