// An aiBOM by reference: a blob of the repository, and a statement that names it by digest.
#pragma once

#include "flow/evidence.hpp"
#include "oci/reference.hpp"
#include "oci/store.hpp"

#include <string>
#include <vector>

namespace mpk::flow {

/// Pushes the document's bytes; no manifest names them yet. too_large: more than is followed.
Result<oci::Descriptor> push_aibom_blob(oci::Store& store, const Json& aibom);

/// in-toto's reference v0.1 to that blob, the size in an annotation.
Json aibom_reference(const oci::Reference& reference, const oci::Descriptor& blob);

/// A referrer of `subject` whose layer is the blob: registries collect what no manifest names.
Result<void> keep_aibom_blob(oci::Store& store, const oci::Descriptor& subject,
                             const oci::Descriptor& blob, Timestamp created);

/// Bundles whose statement refers to exactly one CycloneDX blob, by SHA-256 and with a size, count
/// from here on as attestations of that document: each blob is read from `store` and held against
/// the digest that was signed. One that is not there, too large, or of other bytes is a failed step
/// "aibom.blob", and the bundle does not count. Other references stay what they are. The error is
/// that of a registry which could not be asked.
Result<void> follow_aibom_references(oci::Store& store, std::vector<CheckedBundle>& bundles);

}  // namespace mpk::flow
