// Certificate path validation at a given time (RFC 5280 §6), never at "now".
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/certificate.hpp"

#include <vector>

namespace mpk::crypto {

/// The path from `leaf` to one of `anchors` (leaf first, anchor last). Every link must be valid at
/// `at`; an anchor may be an intermediate (partial chain). Unknown critical extensions, pathLen,
/// basicConstraints, names and signature algorithms are checked; key purposes are the caller's.
/// untrusted: no path; expired: the only fault is a validity period that does not contain `at`.
Result<std::vector<Certificate>> verify_chain(const Certificate& leaf,
                                              const std::vector<Certificate>& intermediates,
                                              const std::vector<Certificate>& anchors,
                                              Timestamp at);

/// Verifies each certificate of `chain` (root last) by the next one and remembers for the process
/// what holds, so that verify_chain() need not verify it. Thread-safe.
void prove_authorities(const std::vector<Certificate>& chain);

}  // namespace mpk::crypto
