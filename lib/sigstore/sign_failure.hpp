// Why a bundle that was just made does not verify, and what to do about it; only for sign.cpp.
#pragma once

#include "base/error.hpp"
#include "sigstore/verify.hpp"

namespace mpk::sigstore {

/// Of kind untrusted. The hint goes by the failed step's code: two instances mixed up, clocks that
/// disagree, a time or proof that is missing.
Error sign_failure(const Report& report);

}  // namespace mpk::sigstore
