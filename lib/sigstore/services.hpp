// Clients of the three signing services: Fulcio v2, Rekor v2, RFC 3161 timestamp authorities.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "http/transport.hpp"
#include "oidc/token.hpp"
#include "sigstore/bundle.hpp"

#include <string>
#include <vector>

namespace mpk::sigstore {

/// POST {base}/api/v2/signingCert with a CSR by `key`. The leaf first. unauthorized: the token was
/// refused (with Fulcio's words); network, timeout; malformed: an answer without a chain or whose
/// leaf is not for `key`.
Result<std::vector<crypto::Certificate>> request_certificate(http::Transport& transport,
                                                             const std::string& base_url,
                                                             const oidc::IdentityToken& token,
                                                             const crypto::PrivateKey& key);

/// POST {base}/api/v2/log/entries, hashedrekord 0.0.2 over SHA-256(PAE). Returns the answer's JSON
/// verbatim, proven to be a log entry of this digest and signature.
/// exists: the log has this entry already (409: sign again); network when the answer was lost.
Result<std::string> log_signature(http::Transport& transport, const std::string& base_url,
                                  BytesView pae_digest, BytesView signature,
                                  const crypto::Certificate& certificate);
/// The same for a bare key.
Result<std::string> log_signature(http::Transport& transport, const std::string& base_url,
                                  BytesView pae_digest, BytesView signature,
                                  const crypto::PublicKey& key);

/// POST to the full URL; SHA-256 imprint of `signature`, a fresh nonce, certReq as asked.
/// The whole TimeStampResp, not judged yet: the signer verifies every bundle before it is returned.
Result<Bytes> request_timestamp(http::Transport& transport, const std::string& url,
                                BytesView signature, BytesView nonce);

}  // namespace mpk::sigstore
