// The classes and vocabularies of SPDX 3.0.1 that mpk writes (spdx-model 3.0.1). Internal to
// aibom/.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mpk::aibom::spdx {

enum class Range : std::uint8_t {
  string,        // any text
  uri,           // xsd:anyURI
  date_time,     // Core/DateTime
  decimal,       // xsd:decimal
  media_type,    // Core/MediaType
  version,       // Core/SemVer
  word,          // one of `words`, separated by spaces
  object,        // an object of the class `words`, in place
  link,          // the id of an element of the class `words` or below it
  creation_info  // the blank node of a CreationInfo
};

struct Member {
  std::string_view name;
  Range range;
  bool list = false, required = false;
  std::string_view words = {};
};

struct Class {
  std::string_view name, parent;
  bool abstract;
  std::span<const Member> members;
};

/// Null when there is none.
const Class* find_class(std::string_view name);
/// `name` is `ancestor` or below it.
bool is_a(std::string_view name, std::string_view ancestor);
/// The member of the class or of one above it; null when there is none.
const Member* find_member(const Class& of, std::string_view name);

}  // namespace mpk::aibom::spdx
