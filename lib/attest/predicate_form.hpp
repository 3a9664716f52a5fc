// The forms of known predicates: what their specifications ask of the JSON.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <string_view>

namespace mpk::attest {

inline constexpr std::string_view kTestResult = "https://in-toto.io/attestation/test-result/v0.1";
inline constexpr std::string_view kSvr = "https://in-toto.io/attestation/svr/v0.2";
inline constexpr std::string_view kVulns = "https://in-toto.io/attestation/vulns/v0.2";
inline constexpr std::string_view kScai = "https://in-toto.io/attestation/scai/v0.3";
inline constexpr std::string_view kCosignCustom = "https://cosign.sigstore.dev/attestation/v1";
inline constexpr std::string_view kCosignVuln = "https://cosign.sigstore.dev/attestation/vuln/v1";
inline constexpr std::string_view kOpenVex = "https://openvex.dev/ns";
inline constexpr std::string_view kReference = "https://in-toto.io/attestation/reference/v0.1";

/// Whether a predicate has the form that the specification of its type demands: required members,
/// types, enums, times, digests. Unknown members pass (in-toto's monotonic principle). Types whose
/// form is not known here pass, too; CycloneDX and SPDX are aibom's. malformed, with the path and
/// what was expected.
Result<void> check_predicate_form(std::string_view predicate_type, const Json& predicate);

}  // namespace mpk::attest
