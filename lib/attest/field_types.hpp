// in-toto's common field types (in-toto/attestation, spec/v1/field_types.md).
#pragma once

#include "base/result.hpp"
#include "json/read.hpp"

#include <map>
#include <string>
#include <string_view>

namespace mpk::attest {

/// "sha256" → lower-case hex.
using DigestSet = std::map<std::string, std::string>;

/// malformed: empty, over limits::kSubjectDigests, a SHA digest that is not lower-case hex. Other
/// algorithms (gitTree, dirHash, …) may encode as they like.
Result<DigestSet> read_digest_set(const json::Field& field);

/// A scheme (RFC 3986 §3.1), ":" and more, without white space and control characters. Letters of
/// other alphabets pass: branches and workflows are named with them.
bool has_scheme(std::string_view text);

/// A TypeURI or ResourceURI: malformed without a scheme.
Result<void> check_uri(const json::Field& field);
/// A Timestamp: malformed unless RFC 3339 in UTC ("Z").
Result<void> check_timestamp(const json::Field& field);
/// A ResourceDescriptor: malformed with none of uri, digest and content, or a member of another
/// type.
Result<void> check_resource_descriptor(const json::Field& field);

}  // namespace mpk::attest
