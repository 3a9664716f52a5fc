// Text that a model reads and a person does not see.
#pragma once

#include "json/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::agent {

/// Characters that have no width, reorder a line or stand for whole sentences unseen: bidi controls
/// (Trojan Source), zero-width spaces, tags (U+E0000…), variation selectors beyond those of emoji,
/// fillers, controls but for tab and line breaks. "U+202E", each once, in order. U+200C and U+200D
/// are left alone: Persian and emoji need them.
std::vector<std::string> invisible_characters(std::string_view text);

/// Where a document's texts and keys have some: "/description: U+202E". At most `max`.
std::vector<std::string> invisible_places(const Json& document, std::size_t max = 20);

}  // namespace mpk::agent
