// Legacy: what cosign attached before bundles, under tags made of the digest (.sig, .att).
#pragma once

#include "base/result.hpp"
#include "oci/store.hpp"
#include "sigstore/bundle.hpp"

#include <functional>
#include <string>

namespace mpk::sigstore {

struct FoundLegacy {
  std::string manifest;         // digest of what the tag names
  std::string layer;            // digest of the signed payload or the envelope
  std::string predicate_type;   // claimed, unverified; of a signature cosign's sign/v1
  bool simple_signing = false;  // a signature; else an attestation
  std::string problem;          // why it could not be read; then nothing below counts
  Bundle bundle;                // the same evidence in a bundle's terms
  Digest signed_digest;         // what the bundle must be about: the payload, or the artifact
  Digest about;                 // the artifact that the payload names
};

/// Visits each signature of the tag sha256-HEX.sig and each attestation of sha256-HEX.att, one at a
/// time in memory (cosign specs/SIGNATURE_SPEC.md: layer annotations dev.cosignproject.cosign/
/// signature, dev.sigstore.cosign/{certificate,chain,bundle,rfc3161timestamp}). A missing tag is
/// none; any other trouble with the registry is an error.
Result<void> each_legacy(oci::Store& store, const Digest& subject,
                         const std::function<void(const FoundLegacy&)>& visit);

}  // namespace mpk::sigstore
