// ship: pack, describe, attest, sign and push in one pass over the bytes.
#pragma once

#include "aibom/build.hpp"
#include "attest/slsa_provenance.hpp"
#include "flow/context.hpp"
#include "flow/signing.hpp"
#include "modelpack/pack.hpp"
#include "oci/reference.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

struct ShipRequest {
  std::filesystem::path directory;
  oci::Reference reference;
  std::optional<std::filesystem::path> modelfile;
  std::optional<Timestamp> created;
  SigningRequest signing;
  attest::ProvenanceOverrides provenance;
};

struct AttachedStatement {
  std::string predicate_type;
  oci::Descriptor referrer;
  std::string log_url, log_index;
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
/// then manifest and referrers; the tag last. Referrers are complete before the tag moves.
Result<ShipOutcome> ship(const Context& context, const ShipRequest& request);

/// What packing takes from the context: workers, progress, counters, log, cancellation.
modelpack::PackOptions pack_options(const Context& context, const std::filesystem::path& directory,
                                    const std::optional<std::filesystem::path>& modelfile,
                                    std::optional<Timestamp> created);

struct PushOutcome {
  modelpack::PackOutcome packed;
};
/// pack_into + manifest + tag: `push DIR REF` and `pack DIR -t REF`.
Result<PushOutcome> push_directory(const Context& context, const std::filesystem::path& directory,
                                   const oci::Reference& reference,
                                   const std::optional<std::filesystem::path>& modelfile,
                                   std::optional<Timestamp> created);

}  // namespace mpk::flow
