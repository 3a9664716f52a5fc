// sign: a statement, a digest or a message becomes a bundle, keyless or by key.
#pragma once

#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/parallel.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/certificate.hpp"
#include "crypto/random.hpp"
#include "http/transport.hpp"
#include "keys/signing_key.hpp"
#include "oidc/token.hpp"
#include "sigstore/signing_config.hpp"
#include "sigstore/trusted_root.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mpk::sigstore {

struct SignerOptions {
  SigningConfig config;
  TrustedRoot trusted_root;  // every bundle made is verified against it before it is returned
  oidc::IdentityToken token;
  /// Asks for another token when this one has expired and one more certificate is needed. Null:
  /// then signing ends with unauthorized.
  std::function<Result<oidc::IdentityToken>()> renew = {};
};

/// The services that a key signer uses; without them it contacts nothing.
struct SigningServices {
  SigningConfig config;
  TrustedRoot trusted_root;
};

struct KeySignerOptions {
  std::unique_ptr<keys::SigningKey> key;
  /// The key's certificate by a CA of one's own, the leaf first. Empty: the bundle has a key hint,
  /// base64 of SHA-256(SPKI).
  std::vector<crypto::Certificate> certificates = {};
  /// Write all of `certificates` (x509CertificateChain, OpenSSF Model Signing) and not the leaf
  /// alone, which is what cosign reads.
  bool whole_chain = false;
  std::optional<SigningServices> services = {};
};

struct SignedBundle {
  std::string text;                // the bundle, v0.3
  std::string predicate_type;      // empty: a message signature
  std::string log_url, log_index;  // for the screen; empty without a log
};

/// One certificate for as many signatures as are made within its life; renewed when it has less
/// than two minutes left. Thread-safe. Nothing is returned that does not verify.
/// network/timeout/unauthorized: a service is down or refuses.
class Signer {
 public:
  virtual ~Signer() = default;
  /// "ci@example.com"; of a key its source ("key.pem").
  virtual std::string identity() const = 0;
  /// "https://…"; empty when signed with a key or a certificate of one's own CA.
  virtual std::string issuer() const = 0;
  /// Of a job of GitHub Actions the workflow that its token was given to, "OWNER/REPO/PATH@REF": it
  /// goes into the certificate as the build's signer. Else empty.
  virtual std::string job_workflow() const = 0;
  /// What digests sign_digest() takes; nothing: an Ed25519 key, which signs content only.
  virtual std::optional<DigestAlgorithm> digest_algorithm() const = 0;
  /// A DSSE envelope; timestamps and log entries are made in parallel. A lost or
  /// refused-as-duplicate log answer is signed, timestamped and logged anew (three times).
  virtual Result<SignedBundle> sign(const std::string& statement) = 0;
  /// A message signature over what has this digest, as cosign sign-blob makes it. usage: a digest
  /// of another algorithm; unsupported: an Ed25519 key.
  virtual Result<SignedBundle> sign_digest(const Digest& artifact) = 0;
  /// The same for content at hand; the only way with an Ed25519 key.
  virtual Result<SignedBundle> sign_content(BytesView content) = 0;
};

/// Nothing is sent before the first signature. usage: the signing config has no service that can be
/// used.
Result<std::unique_ptr<Signer>> make_keyless_signer(SignerOptions options,
                                                    http::Transport& transport, const Clock& clock,
                                                    crypto::Random& random, const Logger& logger);

/// usage: the certificate is for another key; unsupported: a log in the signing config takes no
/// signatures of such a key (Ed25519).
Result<std::unique_ptr<Signer>> make_key_signer(KeySignerOptions options,
                                                http::Transport& transport, const Clock& clock,
                                                crypto::Random& random, const Logger& logger);

}  // namespace mpk::sigstore
