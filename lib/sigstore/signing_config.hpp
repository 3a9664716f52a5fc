// SigningConfig v0.2: which services to sign with (protobuf-specs, sigstore_trustroot.proto).
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "sigstore/trusted_root.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::sigstore {

struct Service {
  std::string url;
  unsigned major_api_version = 1;
  Validity valid_for;
  std::string operator_name;
};

struct SigningConfig {
  std::vector<Service> certificate_authorities, oidc, rekor, tsa;
  std::string rekor_selector = "ANY", tsa_selector = "ANY";  // ANY, ALL, EXACT
  unsigned rekor_count = 0, tsa_count = 0;
};

/// v0.2 only. malformed, unsupported.
Result<SigningConfig> parse_signing_config(std::string_view text);

/// Drops what is not valid at `now` or of a version not in `versions`, keeps the highest version,
/// newest start first, one per operator, then ANY → 1, EXACT → count, ALL → all.
/// usage: nothing left (the message says why each was dropped).
Result<std::vector<Service>> select_services(const std::vector<Service>& services,
                                             std::string_view selector, unsigned count,
                                             std::vector<unsigned> versions, Timestamp now,
                                             std::string_view what);

/// A ClientTrustConfig file → its two parts, as JSON texts.
struct TrustConfigParts {
  std::string trusted_root, signing_config;
};
Result<TrustConfigParts> parse_trust_config(std::string_view text);

}  // namespace mpk::sigstore
