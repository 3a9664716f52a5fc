// Identities: what a Fulcio certificate proves, and who is expected.
#pragma once

#include "base/regex.hpp"
#include "base/result.hpp"
#include "crypto/certificate.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::sigstore {

struct Identity {
  std::string subject;  // the one SAN
  std::string issuer;   // extension .8, else .1, else the name of the issuing authority
  /// Fulcio claims by the names of oid-info ("sourceRepositoryURI", "buildSignerURI", …), .9 to .24
  /// (.2 to .6 under their old names).
  std::map<std::string, std::string> claims;
};

/// malformed: not exactly one SAN, an extension of the wrong type.
Result<Identity> read_identity(const crypto::Certificate& leaf);
/// Of an authority of one's own: the one SAN, else the common name.
Result<Identity> read_own_identity(const crypto::Certificate& leaf);

/// All names that Identity::claims can have.
const std::vector<std::string>& claim_names();
/// A claim's name as people write it: the name, upper or lower case, or its OID
/// (1.3.6.1.4.1.57264.1.12). usage: another word, with the nearest name as the hint.
Result<std::string> parse_claim_name(std::string_view word);

/// Exact text or an anchored RE2 pattern.
struct Matcher {
  std::string text;
  std::optional<Regex> pattern;  // then `text` is its source
  bool matches(std::string_view value) const;
  std::string describe() const;  // "ci@example.com", "pattern ^https://…$"
};
struct IdentityMatcher {
  Matcher subject, issuer;
  /// Fulcio claims that the certificate must carry, by the names that Identity::claims has.
  std::map<std::string, Matcher> claims = {};
};

struct IdentityMismatch {
  std::vector<std::string> expected;  // one line each
  std::string found;
  std::string hint;  // says when only one part differs, or an unanchored match would pass
};
/// nullopt: one of `allowed` matches.
std::optional<IdentityMismatch> match_identity(const Identity& identity,
                                               const std::vector<IdentityMatcher>& allowed);
bool matches(const Identity& identity, const IdentityMatcher& allowed);

}  // namespace mpk::sigstore
