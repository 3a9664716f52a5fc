// Where an element of a profile stands in a document, as a line of data. Internal to aibom/.
#pragma once

#include "json/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

struct Spotted {
  std::string pointer;
  const Json* value;  // nullptr: an item that should have it has not
};

/// The subject of a document with its pointer (lookup.hpp's subject()).
struct Subject {
  const Json& value;
  std::string pointer;
};
Subject find_subject(const Json& bom);

/// `path` is a JSON Pointer with four more forms: a leading '@' is the subject; the step "*" is any
/// item of a list, "+" each item (all must go on from there), and a step may be followed by
/// "[member=value]" or "[member^=start of a value]", which picks items. Points into `bom`.
std::vector<Spotted> locate(const Json& bom, const Subject& subject, std::string_view path);

/// A JSON Pointer for people: where the value has to be added.
std::string place_of(const Subject& subject, std::string_view path);

}  // namespace mpk::aibom
