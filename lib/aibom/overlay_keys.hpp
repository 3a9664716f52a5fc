// The keys of aibom.yaml, one table for merging, for starting a file and for its schema's test.
// Internal to aibom/.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mpk::aibom {

enum class Form {
  text,      // a text of the component; place: JSON Pointer below it
  words,     // a list of texts; place: which of the model card's considerations
  link,      // an URL; place: type of the external reference
  property,  // place: name of a property of the model card
  trait,     // place: name of a property of the component
  special,   // merged by a function of its own; place: score_locate.hpp's path, or empty
};

struct OverlayKey {
  std::string_view name;
  Form form;
  std::string_view place;
  std::string_view heading = {};  // a group of keys begins here
};

/// All but apiVersion, in the order of schemas/aibom/overlay.schema.json.
std::span<const OverlayKey> overlay_keys();

/// Where a document says already what the key would: a path of score_locate.hpp.
std::string told_where(const OverlayKey& key);

inline constexpr std::string_view kAcceptableUse = "acceptable use policy";

}  // namespace mpk::aibom
