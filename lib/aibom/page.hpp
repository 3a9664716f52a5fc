// page: an aiBOM as one HTML page that needs nothing else: no network, no script. Pure.
#pragma once

#include "json/value.hpp"

#include <string>

namespace mpk::aibom {

/// From any CycloneDX document, from it alone; the same document gives the same bytes. Strings of
/// the document are text there, never markup; its Content-Security-Policy allows the page's own
/// style and nothing else. What the document says is not judged.
std::string html_page(const Json& bom);

}  // namespace mpk::aibom
