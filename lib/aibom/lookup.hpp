// Tolerant reading of a CycloneDX document that nobody has checked.
#pragma once

#include "json/lookup.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

/// Deeper than any document that means something; input from a parser is flatter.
inline constexpr std::size_t kMaxDepth = 128;

using json::items;
using json::member;
using json::text;

/// The value of the first property of this name in `owner.properties`.
const std::string& property(const Json& owner, std::string_view name);

/// How a base model was used: the property of its own that says so, else the note of the pedigree
/// that it stands in, which speaks of all together; empty: neither.
std::string base_relation(const Json& pedigree, const Json& base);

/// The component that the document is about: the machine-learning model, wherever it stands.
const Json& subject(const Json& bom);

/// Every component below `components`, nested ones included, in document order.
void each_component(const Json& components, const std::function<void(const Json&)>& visit);

}  // namespace mpk::aibom
