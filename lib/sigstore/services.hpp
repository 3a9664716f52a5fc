// Clients of the three signing services: Fulcio v2, Rekor v1 and v2, RFC 3161 timestamp
// authorities.
#pragma once

#include "attest/dsse.hpp"
#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "http/transport.hpp"
#include "oidc/token.hpp"
#include "sigstore/bundle.hpp"
#include "sigstore/signing_config.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::sigstore {

/// POST {base}/api/v2/signingCert with a CSR by `key`. The leaf first. An SCT beside the
/// certificate is dropped: bundles have no place for it. unauthorized: the token was refused (with
/// Fulcio's words); network, timeout; malformed: an answer without a chain or whose leaf is not for
/// `key`.
Result<std::vector<crypto::Certificate>> request_certificate(http::Transport& transport,
                                                             const std::string& base_url,
                                                             const oidc::IdentityToken& token,
                                                             const crypto::PrivateKey& key);

/// What a log is asked to record.
struct LogRequest {
  Digest digest;  // of what is signed: the message, or a DSSE envelope's PAE
  Bytes signature;
  crypto::PublicKey key;
  std::optional<crypto::Certificate> certificate;  // of `key`; else the bare key is logged
  /// The envelope that the signature is from; null: a message. Rekor v1 is given all of it.
  const attest::Envelope* envelope = nullptr;
};

/// unsupported: a key whose signatures this log does not take. Nothing is sent.
Result<void> check_loggable(const Service& log, const crypto::PublicKey& key);

/// Rekor v1 or v2, as the service says: hashedrekord 0.0.1, dsse 0.0.1, or hashedrekord 0.0.2.
/// Returns a TransparencyLogEntry (v2: the answer verbatim), proven to be of this digest and
/// signature. exists: the log has this entry and does not give it out (v2: sign again);
/// too_large: Rekor v1 did not take so large an envelope; network when the answer was lost.
Result<std::string> log_signature(http::Transport& transport, const Service& log,
                                  const LogRequest& sent);

/// POST to the full URL; SHA-256 imprint of `signature`, a fresh nonce, certReq as asked.
/// The whole TimeStampResp, not judged yet: the signer verifies every bundle before it is returned.
Result<Bytes> request_timestamp(http::Transport& transport, const std::string& url,
                                BytesView signature, BytesView nonce);

}  // namespace mpk::sigstore
