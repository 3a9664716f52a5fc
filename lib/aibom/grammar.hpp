// The grammar of CycloneDX 1.6, compiled once from schemas/aibom. Internal to aibom/.
#pragma once

#include "base/result.hpp"
#include "json/schema.hpp"

#include <string_view>

namespace mpk::aibom {

/// The text of schemas/aibom/cyclonedx-1.6.schema.json, as it is embedded.
std::string_view embedded_schema();

/// The whole grammar. internal: the embedded text is broken.
const Result<json::Schema>& grammar();

/// Whether `id` is in the grammar's list of SPDX licence ids.
bool is_spdx_license(std::string_view id);
/// Whether the grammar takes `text` where it wants an IRI reference.
bool is_iri(std::string_view text);

}  // namespace mpk::aibom
