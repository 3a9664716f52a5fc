// The grammars of CycloneDX, each compiled once from schemas/aibom. Internal to aibom/.
#pragma once

#include "aibom/spec_version.hpp"
#include "base/result.hpp"
#include "json/schema.hpp"

#include <string_view>

namespace mpk::aibom {

/// The text of schemas/aibom/cyclonedx-1.6.schema.json, as it is embedded.
std::string_view embedded_schema();
/// Of cyclonedx-1.7.patch.json: what 1.7 changes in it (RFC 7396).
std::string_view embedded_patch();

/// The whole grammar, compiled when it is first asked for. internal: an embedded text is broken.
const Result<json::Schema>& grammar(SpecVersion version);

/// Whether `id` is in the grammar's list of SPDX licence ids.
bool is_spdx_license(std::string_view id);
/// Whether the grammar takes `text` where it wants an IRI reference.
bool is_iri(std::string_view text);
/// Whether `text` is an address by RFC 6531; the grammar only wants an @ in it, as officially.
bool is_mailbox(std::string_view text);

}  // namespace mpk::aibom
