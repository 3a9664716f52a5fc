// Text from a model's files made fit for a document: valid UTF-8, no control characters, capped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mpk::aibom {

inline constexpr std::size_t kNameLength = 512;         // names, values, one-line messages
inline constexpr std::size_t kParagraphLength = 16384;  // paragraphs of a card

/// Harmful characters become visible escapes; outer white space goes; longer is cut with "…".
std::string one_line(std::string_view text, std::size_t max = kNameLength);
/// The same, but line breaks stay.
std::string paragraphs(std::string_view text);

}  // namespace mpk::aibom
