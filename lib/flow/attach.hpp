// Statements about an artifact that is in a store already: sign, attest.
#pragma once

#include "flow/context.hpp"
#include "flow/ship.hpp"
#include "flow/signing.hpp"

namespace mpk::flow {

/// Signs `predicate` about the artifact and attaches the bundle. `predicate_type` kCosignSign with
/// an empty object is a signature.
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
