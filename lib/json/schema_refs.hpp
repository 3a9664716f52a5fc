// Where a $ref of a schema leads: $id bases, anchors and JSON Pointers inside one document.
// Internal.
#pragma once

#include "base/result.hpp"
#include "json/pointer.hpp"
#include "json/value.hpp"

#include <map>
#include <string>
#include <string_view>

namespace mpk::json::draft7 {

/// A subschema and where it stands.
struct Location {
  const Json* schema = nullptr;
  std::string pointer;    // from the root of the document
  std::string_view base;  // the $id in force, without fragment; lives as long as the References
};

/// RFC 3986 §5.2 for any scheme; the fragment of `reference` stays.
std::string resolve_uri(std::string_view base, std::string_view reference);

/// The schemas of a document by URI. Beside a $ref only definitions count (draft-07 core §8.3).
class References {
 public:
  /// malformed: an $id that is no string or is there twice; too_large: nesting.
  static Result<References> index(const Json& root);
  Location root() const { return root_; }
  /// The base in force inside `schema`: its own, or that of what it stands in.
  std::string_view base_of(const Json& schema, std::string_view outer) const;
  /// malformed: leads to nothing here; unsupported: leads to another document.
  Result<Location> find(const std::string& reference, const Location& from) const;

 private:
  /// Where the index is; made text only for an $id.
  struct Step {
    const Step* up = nullptr;
    const std::string* key = nullptr;  // of a member; an item has an index
    std::size_t index = 0;
  };
  static std::string pointer_text(const Step& step);
  Result<void> visit(const Json& schema, const Step& here, std::string_view base,
                     std::size_t depth);
  Result<void> visit_children(const Json& schema, const Step& here, std::string_view base,
                              std::size_t depth);
  Result<void> enter_id(const Json& schema, const Step& here, std::string_view& base);
  Result<Location> walk(const Location& from, std::string_view fragment,
                        const std::string& reference) const;

  Location root_;
  std::map<std::string, Location> by_uri_;
  std::map<const Json*, std::string_view> bases_;  // of those that have one of their own
};

}  // namespace mpk::json::draft7
