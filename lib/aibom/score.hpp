// score: how much of what a profile asks for does a CycloneDX document say, and how much is proven?
#pragma once

#include "json/value.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

/// How much a profile's own arithmetic minds that an element is missing.
enum class Weight { critical, important, supplementary };

/// One element of a profile, as data.
struct Element {
  std::string_view group;
  std::string_view id;
  std::string_view name;          // as the source names it
  std::string_view where;         // score_locate.hpp's paths, alternatives separated by " | "
  std::string_view line;          // of aibom.yaml; empty: the overlay can't supply it
  std::string_view command = {};  // what does it then, or does it as well
  Weight weight = Weight::important;
  bool evident = false;  // the document proves it by being there: its format, its serial number
};

struct Group {
  std::string_view name;
  double points = 0;  // 0 everywhere: all elements count the same
};

struct Profile {
  std::string_view name;   // "g7"
  std::string_view title;  // "G7 SBOM for AI, minimum elements (2026-05-12)"
  std::span<const Group> groups;
  std::span<const Element> elements;
  bool penalties = false;  // OWASP's factors for missing critical and important elements
};

/// owasp, g7, bsi, cisa, ntia, eu-xi, eu-xii.
std::span<const Profile> profiles();
/// nullptr: no such profile.
const Profile* find_profile(std::string_view name);

/// verified only by the document's own tier properties: who trusts them trusts its author.
enum class Standing { verified, declared, placeholder, missing };
std::string_view to_string(Standing standing);

struct ElementScore {
  const Element* element;
  Standing standing;
  std::string pointer;  // where it was found, or where it would have to be
  std::string add;      // what to do when it does not count; else empty
};

struct Score {
  const Profile* profile;
  std::vector<ElementScore> elements;
  std::size_t verified = 0, declared = 0, placeholders = 0, missing = 0;
  double verified_percent = 0, declared_percent = 0;  // they add up to `percent`
  double percent = 0;                                 // one decimal, penalties applied
  double penalty = 1;
};

/// Of any tool's document; never fails, what it can't find is missing. `signed_outside`: a
/// signature beside the document was verified, which answers for the one in it.
Score score_aibom(const Json& bom, const Profile& profile, bool signed_outside = false);

}  // namespace mpk::aibom
