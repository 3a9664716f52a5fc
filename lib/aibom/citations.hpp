// citations: tiers as 1.7's own field for who said what, instead of properties. Internal to aibom/.
#pragma once

#include "json/value.hpp"

#include <string_view>

namespace mpk::aibom {

/// Starts the note of a citation that tells a tier; then follows what the value of a provenance
/// property would be: "mpk:provenance=declared;source=README.md".
inline constexpr std::string_view kCitationNote = "mpk:provenance=";

/// In a document of 1.7 with a time, the model's provenance properties become citations, one for
/// each tier and source: attributed to the file that declared the facts where the document has its
/// component, else to the tool. Any other document stays as it is: a citation must have a time.
void tiers_to_citations(Json& bom);

/// The way back, for who edits a finished document: tiers_to_citations() undoes it.
void citations_to_tiers(Json& bom);

}  // namespace mpk::aibom
