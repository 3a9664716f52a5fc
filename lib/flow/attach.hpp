// Statements about an artifact that is in a store already: sign, attest.
#pragma once

#include "flow/context.hpp"
#include "flow/ship.hpp"
#include "flow/signing.hpp"

namespace mpk::flow {

struct SignedStatement {
  sigstore::SignedBundle bundle;
  std::optional<oci::Descriptor> aibom = {};  // the blob that it refers to
};
/// Signs `predicate` about the artifact. An aiBOM that the log does not take for its size becomes a
/// blob of `store`, and a reference to it is signed; any other predicate is too_large.
Result<SignedStatement> sign_statement(oci::Store& store, const oci::Reference& reference,
                                       const Digest& subject, const std::string& predicate_type,
                                       const Json& predicate, sigstore::Signer& signer);
/// The bundle as a referrer; before it the blob that it refers to.
Result<AttachedStatement> attach_statement(const Context& context, oci::Store& store,
                                           const oci::Descriptor& subject,
                                           SignedStatement statement);

/// Both. `predicate_type` kCosignSign with an empty object is a signature.
Result<AttachedStatement> sign_and_attach(const Context& context, oci::Store& store,
                                          const oci::Reference& reference,
                                          const oci::Descriptor& subject,
                                          const std::string& predicate_type, const Json& predicate,
                                          sigstore::Signer& signer);

/// The subject's name in statements: "ghcr.io/acme/llm"; of a layout its directory name.
std::string subject_name(const oci::Reference& reference);
/// The in-toto statement about `digest`, the bytes to sign.
std::string statement_about(const oci::Reference& reference, const Digest& digest,
                            const std::string& predicate_type, const Json& predicate);

}  // namespace mpk::flow
