// Markup: text as it stands in HTML and XML.
#pragma once

#include <string>
#include <string_view>

namespace mpk {

/// & < > " ' as references: safe as text and in quoted attributes. Everything else
/// stays; bytes that XML forbids are the caller's.
std::string escape_markup(std::string_view text);

}  // namespace mpk
