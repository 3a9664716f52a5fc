// SLSA verification summaries (slsa.dev/spec/v1.2/verification_summary, predicate v1).
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "json/value.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::attest {

inline constexpr std::string_view kVsa = "https://slsa.dev/verification_summary/v1";

struct VsaInput {
  std::string uri;               // may be empty
  std::optional<Digest> digest;  // none: read, and of an algorithm that mpk does not know
};

struct Vsa {
  std::string verifier_id;
  std::map<std::string, std::string> verifier_version;  // "mpk": "0.1.0"
  std::optional<Timestamp> time_verified;
  std::string resource_uri;
  std::string policy_uri;
  std::map<std::string, std::string> policy_digest;
  std::vector<VsaInput> inputs;  // all of them, or none
  bool passed = false;
  std::vector<std::string> levels;  // verifiedLevels
  /// Empty says "no dependencies", none says nothing about them.
  std::optional<std::map<std::string, std::uint64_t>> dependency_levels;
  std::string slsa_version;  // may be empty
};

/// Empty optional members are left out. verifiedLevels of one that failed without any is FAILED.
Json make_vsa(const Vsa& vsa);

/// malformed: a required member is missing or of another type, verificationResult is neither PASSED
/// nor FAILED, two levels of one track, an input without a digest. Unknown members and levels that
/// nobody knows are read over, as the specification asks.
Result<Vsa> read_vsa(const Json& predicate);

/// Whether `levels` has `wanted` or a higher one of its track: SLSA_BUILD_LEVEL_3 implies
/// SLSA_BUILD_LEVEL_2. Others (SLSA_SOURCE_TWO_PARTY_REVIEWED, ACME_…, …_UNEVALUATED) only equal.
bool reaches_level(const std::vector<std::string>& levels, std::string_view wanted);

/// usage: a level that is nobody's to give: an unknown SLSA_… one, FAILED (which verificationResult
/// says), an empty one, or one with control characters.
Result<void> check_own_level(std::string_view level);

}  // namespace mpk::attest
