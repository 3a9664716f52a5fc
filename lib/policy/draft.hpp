// Draft: sections of a policy that given documents pass, as tight as what they say.
#pragma once

#include "json/value.hpp"
#include "sigstore/identity.hpp"

#include <string>
#include <string_view>

namespace mpk::policy {

/// The section `aibom`, without signers. `bom`: valid CycloneDX. Whatever it would not pass is left
/// out: a score that no profile reaches, licences that SPDX does not know.
Json draft_aibom(const Json& bom);

/// The section `provenance`, without signers; null: no SLSA provenance v1, or one without a
/// builder.
Json draft_provenance(const Json& predicate, const sigstore::Identity& signer);

/// The section `content.scan`, without signers; null: no result of mpk scan, or one that has
/// failed.
Json draft_scan(const Json& predicate);

/// A glob that matches this name and no other.
std::string glob_of(std::string_view name);

}  // namespace mpk::policy
