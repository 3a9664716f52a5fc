// The semantic lint: what a schema can't see. Internal to aibom/.
#pragma once

#include "aibom/validate.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

/// Collects up to a bound: a hostile document must not be answered with a larger list.
class Findings {
 public:
  void error(std::string_view code, std::string pointer, std::string message);
  void warning(std::string_view code, std::string pointer, std::string message);
  std::vector<Problem> take() { return std::move(problems_); }

 private:
  void add(Problem problem);
  std::vector<Problem> problems_;
};

/// A value in a document: the key it stands under (that of its array for an item) and its pointer.
struct Spot {
  const Json& value;
  std::string_view key;
  const std::string& pointer;
};
/// Every value, parents first; JSF signatures are left out, their members are not CycloneDX's.
void walk(const Json& bom, const std::function<void(const Spot&)>& visit);

/// bom-refs are unique, and every reference leads to one (or into another document).
void lint_references(const Json& bom, Findings& out);
/// Digests fit their algorithms and do not contradict each other.
void lint_hashes(const Json& bom, Findings& out);
/// Whether `pointer` (RFC 6901) leads to something; text that is no pointer does not.
bool leads_somewhere(const Json& bom, const std::string& pointer);

/// mpk's own provenance properties lead somewhere.
void lint_provenance(const Json& bom, Findings& out);
/// The pointers of citations (1.7) lead somewhere.
void lint_citations(const Json& bom, Findings& out);
/// What is legal and yet says nothing or not what was meant.
void lint_advice(const Json& bom, Findings& out);

}  // namespace mpk::aibom
