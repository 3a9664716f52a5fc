// A predicate's claims against the certificate's, one by one. Internal to policy/.
#pragma once

#include "attest/ci_claims.hpp"
#include "policy/ci_certificate.hpp"
#include "policy/judgement.hpp"

#include <cstddef>

namespace mpk::policy {

/// Refuses each claim that differs from the certificate's. Where the certificate says nothing, a
/// shared builder's word is enough, anybody else's is not. How many were compared.
std::size_t compare_with_certificate(const attest::CiClaims& claims,
                                     const CiCertificate& certificate, CiSigner signer,
                                     Judgement& judged);

}  // namespace mpk::policy
