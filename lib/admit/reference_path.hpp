// ReferencePath: the way from an object to strings in it: "spec.adapters[*].source.image".
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::admit {

/// Members with '.', `[*]` for every item of an array, `{*}` for every member's value; a member
/// whose name has one of `.[]{}'` stands in ['…'].
class ReferencePath {
 public:
  /// usage: empty, over limits::kPathBytes or kPathSteps, or another form.
  static Result<ReferencePath> parse(std::string_view text);

  /// The non-empty strings that it leads to; whatever else is there is none.
  std::vector<const Json*> strings(const Json& object) const;

 private:
  struct Step {
    enum class Kind { member, items, members };
    Kind kind = Kind::member;
    std::string name;  // of a member
  };
  static void follow(const Json& value, const std::vector<Step>& steps, std::size_t at,
                     std::vector<const Json*>& found);

  std::vector<Step> steps_;
};

}  // namespace mpk::admit
