// Which parts of a CycloneDX document have found a place in SPDX, and which have not. Internal to
// aibom/.
#pragma once

#include "json/value.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace mpk::aibom::spdx {

/// Nothing is lost silently: what nobody used is found by walking the document afterwards.
class Source {
 public:
  explicit Source(const Json& bom) : bom_(bom) {}

  const Json& bom() const { return bom_; }
  /// The part has found its place, with everything below it.
  void use(const Json& part);
  /// The same for a member; returns its text, "" when there is none.
  const std::string& take(const Json& owner, std::string_view key);
  bool used(const Json& part) const { return used_.contains(&part); }

  /// What is left of `part` belongs to this element.
  void owns(const Json& part, std::string id);
  /// The element of this very part, or "".
  std::string own_id(const Json& part) const;
  /// The element of the nearest part on the way to `pointer` that has one; "" when there is none.
  std::string owner_of(std::string_view pointer) const;

  struct Rest {
    std::string pointer;
    const Json* value;
    std::string owner;  // "" the document
  };
  /// The largest parts that nobody used, in document order; empty lists and objects say nothing.
  std::vector<Rest> rest() const;

 private:
  bool collect(const Json& part, const std::string& pointer, const std::string& owner,
               std::vector<Rest>& out) const;

  const Json& bom_;
  std::unordered_set<const Json*> used_;
  std::unordered_map<const Json*, std::string> owners_;
};

}  // namespace mpk::aibom::spdx
