// The files by which clients come to trust the sandbox: trusted root, signing config, both in one.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace mpk::sandbox {

struct TrustParts {
  std::string oidc_url, fulcio_url, ctlog_url, rekor_url, tsa_url;  // tsa_url: the whole of it
  std::string rekor_origin;
  std::vector<crypto::Certificate> fulcio_chain, tsa_chain;
  crypto::PublicKey ctlog_key, rekor_key;
  Timestamp start;  // of every validity
};

/// application/vnd.dev.sigstore.trustedroot+json;version=0.1, the one type that all clients read.
Result<Json> trusted_root(const TrustParts& parts);
Json signing_config(const TrustParts& parts);  // v0.2
/// ClientTrustConfig, for the Python clients.
Json trust_config(const Json& trusted_root, const Json& signing_config);

}  // namespace mpk::sandbox
