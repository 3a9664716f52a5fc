// Tolerant reading of a document that nobody has checked: what is missing or of another type is
// empty. Internal to aibom/.
#pragma once

#include "json/value.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

/// Deeper than any document that means something; input from a parser is flatter.
inline constexpr std::size_t kMaxDepth = 128;

/// The member, or null.
const Json& member(const Json& value, std::string_view key);
/// The items of an array, or none.
const std::vector<Json>& items(const Json& value);
/// The string, or "".
const std::string& text(const Json& value);
const std::string& text(const Json& value, std::string_view key);
/// The value of the first property of this name in `owner.properties`.
const std::string& property(const Json& owner, std::string_view name);

/// The component that the document is about: the machine-learning model, wherever it stands.
const Json& subject(const Json& bom);

/// Every component below `components`, nested ones included, in document order.
void each_component(const Json& components, const std::function<void(const Json&)>& visit);

}  // namespace mpk::aibom
