// Signers: whose word counts for a type of statement, from the policy and the command line.
#pragma once

#include "crypto/key.hpp"
#include "flow/evidence.hpp"
#include "flow/rules.hpp"
#include "flow/verify.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

/// Who the command line names; nullopt: nobody.
std::optional<Signers> own_signers(const VerifyRequest& request);

/// Who may have signed a statement of this type: the policy's word and the command line's, each a
/// set of its own, because identities on the command line narrow the policy and never replace it.
std::vector<Signers> signer_sets(const VerifyRequest& request, const std::string& type);
Signers any_of(const policy::SignerList& list, std::size_t threshold);
Signers signers_of(const policy::Policy& policy, const policy::AttestationRule& rule);
/// The policy's own where the section names nobody.
Signers signed_by(const policy::Policy& policy, const policy::SignedBy& section);
/// Whose aiBOM counts: who must sign the CycloneDX attestation, where the policy names somebody.
Signers aibom_signers(const policy::Policy& policy);

/// Every public key that is named for any type: with --key, or by the policy. None twice.
std::vector<crypto::PublicKey> named_keys(const VerifyRequest& request);

/// The request with the rule of its policy file that is about the reference; its `policy` is null
/// where none is, or there is no policy.
VerifyRequest for_reference(const VerifyRequest& request, const oci::Reference& reference);

/// The same for what has no reference: files, digests, directories. usage: the policy's rules are
/// about references.
Result<VerifyRequest> for_file(const VerifyRequest& request);

/// Whether the policy says anything about a bundle of this type; an empty one is a file's
/// signature.
bool asks_for(const policy::Policy& policy, const std::string& type);

/// usage: nobody is named, a key beside identities or a policy, or evidence is waived that the
/// policy asks for.
Result<void> check_request(const VerifyRequest& request);
/// What is asked of a bundle: the command line's thresholds and witnesses, and the policy's.
sigstore::Evidence evidence_asked(const VerifyRequest& request);
policy::Verdict start_verdict(const std::string& reference, const VerifyRequest& request);

/// The verdict on a reference that no rule of the request's policy file is about.
policy::Verdict no_rule(const std::string& reference, const VerifyRequest& request);

/// The line "witness": who has watched the log, as far as anybody was named.
policy::Check witness_check(const VerifyRequest& request,
                            const std::vector<CheckedBundle>& bundles);

}  // namespace mpk::flow
