// ship: pack, describe, attest, sign and push in one pass over the bytes.
#pragma once

#include "aibom/build.hpp"
#include "attest/slsa_provenance.hpp"
#include "flow/context.hpp"
#include "flow/declared.hpp"
#include "flow/pack.hpp"
#include "flow/signing.hpp"
#include "modelpack/pack.hpp"
#include "oci/reference.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

struct ShipRequest {
  PackRequest pack;
  Declared declared;
  oci::Reference reference;
  SigningRequest signing;
  attest::ProvenanceOverrides provenance;
  aibom::SpecVersion spec_version = aibom::SpecVersion::v1_6;
};

struct AttachedStatement {
  std::string predicate_type;  // as signed: kReference where an aiBOM is only referred to
  oci::Descriptor referrer;
  std::string log_url, log_index;
  std::optional<oci::Descriptor> aibom = {};  // then its blob
};

struct ShipOutcome {
  modelpack::PackOutcome packed;
  Json aibom;
  attest::BuildContext build;
  std::string identity, issuer;
  std::vector<AttachedStatement> attached;  // signature, aibom, provenance
};

/// The token is checked before the first byte is read. Blobs go first; the three statements are
/// signed before the manifest is pushed, so a signing service that is down leaves no tag behind;
/// then manifest and referrers; the tag last. Referrers are complete before the tag moves. An aiBOM
/// that the log does not take for its size is attested by reference.
Result<ShipOutcome> ship(const Context& context, const ShipRequest& request);

}  // namespace mpk::flow
