// The parts of a comparison, each of one group of kinds. Internal to aibom/.
#pragma once

#include "aibom/compare.hpp"

#include <map>
#include <utility>

namespace mpk::aibom {

/// By name, what is said of it.
using Said = std::map<std::string, std::string>;

class Changes {
 public:
  /// Nothing is added for equal values; an empty one counts as not said.
  void fact(std::string_view kind, std::string subject, const std::string& before,
            const std::string& after);
  /// Names on one side only are `added` or `removed`, other values `changed`.
  void list(std::string_view added, std::string_view removed, std::string_view changed,
            const Said& before, const Said& after);
  void add(FactChange change) { changes_.push_back(std::move(change)); }
  std::vector<FactChange> take() { return std::exchange(changes_, {}); }

 private:
  std::vector<FactChange> changes_;
};

void compare_files(const Json& before, const Json& after, Changes& out);
void compare_facts(const Json& before, const Json& after, Changes& out);
void compare_evaluations(const Json& before, const Json& after, Changes& out);
void compare_permissions(const Json& before, const Json& after, Changes& out);
void compare_tiers(const Json& before, const Json& after, Changes& out);

}  // namespace mpk::aibom
