// in-toto Statement v1 (in-toto/attestation, spec/v1/statement.md).
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "json/value.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::attest {

struct Subject {
  std::string name;                           // may be empty
  std::map<std::string, std::string> digest;  // "sha256" → lower-case hex
};

/// Compact JSON, the bytes to sign: _type, subject, predicateType, predicate and nothing else
/// (cosign refuses unknown members).
std::string make_statement(const std::vector<Subject>& subjects, std::string_view predicate_type,
                           const Json& predicate);

struct Statement {
  std::string type;  // …/Statement/v1 or …/v0.1
  std::vector<Subject> subjects;
  std::string predicate_type;
  std::string predicate;  // compact JSON

  /// Whether any subject has this digest.
  bool has_subject(const Digest& digest) const;
};

/// Unknown members are ignored (monotonic principle), unknown _type is unsupported; malformed: a
/// subject without digest, upper-case hex, over limits::kSubjects or kSubjectDigests.
Result<Statement> parse_statement(std::string_view payload);

}  // namespace mpk::attest
