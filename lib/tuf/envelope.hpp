// Envelope: {"signed", "signatures"}, and whether enough keys of a role signed it (TUF 1.0 §4.2).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "json/value.hpp"
#include "tuf/key.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::tuf {

struct Signature {
  std::string keyid;
  Bytes value;  // empty when it was no hex: it holds for no key, and the others still count
};

struct Envelope {
  Json signed_part;
  std::string message;  // what the signatures are over
  std::vector<Signature> signatures;
};

/// Who may sign a role.
struct RoleKeys {
  std::vector<std::string> keyids;  // distinct
  std::uint64_t threshold = 1;      // at least 1; may be more than there are keys
};

/// malformed: JSON, form, two signatures by one keyid; too_large: over `cap`.
Result<Envelope> parse_envelope(std::string_view text, std::size_t cap);

/// Counts distinct keyids of the role whose signature holds. untrusted below the threshold.
Result<void> check_signatures(const Envelope& envelope, const Keys& keys, const RoleKeys& role);

}  // namespace mpk::tuf
