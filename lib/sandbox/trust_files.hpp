// The files by which clients come to trust the sandbox: trusted root, signing config, both in one.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mpk::sandbox {

struct TrustParts {
  std::string oidc_url, fulcio_url, ctlog_url, rekor_url, tsa_url;  // tsa_url: the whole of it
  std::string rekor_origin;
  std::vector<crypto::Certificate> fulcio_chain, tsa_chain;
  crypto::PublicKey ctlog_key, rekor_key;
  Timestamp start;           // of every validity
  std::string rekor_v1_url;  // empty: there is none
  std::optional<crypto::PublicKey> rekor_v1_key;
};

/// trusted-root.json (v0.1, the one type that all clients read), signing-config.json (v0.2),
/// trust-config.json (both in one, for the Python clients) and ctlog.pub; with a Rekor v1 also
/// signing-config-rekor-v1.json, which names it and no timestamp authority.
Result<void> write_trust_files(const std::filesystem::path& directory, const TrustParts& parts);

}  // namespace mpk::sandbox
