// Evidence: every bundle of an artifact, verified once, sorted by what it says it is.
#pragma once

#include "flow/read_bundle.hpp"
#include "flow/verify.hpp"
#include "modelpack/artifact.hpp"
#include "oci/store.hpp"
#include "policy/verdict.hpp"
#include "sigstore/attach.hpp"
#include "sigstore/verify.hpp"

#include <string>
#include <vector>

namespace mpk::flow {

struct CheckedBundle {
  /// As the statement says; of a bundle that does not verify, what it or its annotation claims.
  std::string predicate_type;
  std::string digest;  // of the bundle's bytes
  std::string referrer;
  sigstore::Report report;  // against whoever signed: the identity is judged per rule
  bool malformed = false;
  bool simple_signing = false;  // a signature of cosign's earlier form: no statement, but as good
  std::string statement;        // predicate as claimed, unverified: for looking only
};

/// Verifies a bundle for any identity that the certificate proves: rules match it afterwards.
CheckedBundle check_bundle(const ReadBundle& read, const BundleSubject& subject,
                           const VerifyRequest& request, Timestamp now);

/// The predicate type that a bundle's statement claims, unproven; empty: none can be read.
std::string claimed_type(const ReadBundle& read);

using ModelLayers = std::vector<modelpack::LayerFile>;

/// Referrers that may be bundles; by VerifyRequest::legacy_tags cosign's tags of earlier days, too.
/// `layers`: model signatures are held against them (flow/attached_model.hpp). A reference to an
/// aiBOM is followed and counts as its attestation (flow/aibom_reference.hpp).
Result<std::vector<CheckedBundle>> collect_evidence(oci::Store& store, const Digest& subject,
                                                    const VerifyRequest& request, Timestamp now,
                                                    const ModelLayers* layers = nullptr);

/// What a bundle that verifies states. nullptr: it does not verify, or it signs a file's bytes and
/// states nothing.
const attest::Statement* proven_statement(const CheckedBundle& bundle);

/// The latest proven time of a verified bundle.
Timestamp newest_time(const CheckedBundle& bundle);

policy::EvidenceItem evidence_item(const CheckedBundle& bundle);

}  // namespace mpk::flow
