// find_token: one identity, from the first place that has one.
#pragma once

#include "base/result.hpp"
#include "oidc/request.hpp"

namespace mpk::oidc {

/// In this order: the token that was given; the flow or provider that was named; SIGSTORE_ID_TOKEN;
/// the sources of oidc/sources.hpp; a log-in, when a person is at a terminal outside of CI. Reports
/// what was taken. usage with a hint when nothing is there or two things were named; what sources
/// and log-ins return.
Result<IdentityToken> find_token(const TokenRequest& request, const Surroundings& around);

}  // namespace mpk::oidc
