// The facts of an aiBOM that a policy may want verified, by the words of its key aibom.verified.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {

/// Where a fact stands in a document as `mpk aibom create` writes it. Its tier is told for the item
/// itself: "mpk:provenance:POINTER/INDEX".
struct VerifiedFact {
  std::string_view word;      // of the policy
  std::string_view pointer;   // JSON Pointer of a list
  std::string_view property;  // the items with this name; empty: every item. At least one.
};

/// Sorted by word; all that mpk itself can verify.
std::span<const VerifiedFact> verified_facts();
/// nullptr: no such word.
const VerifiedFact* find_verified_fact(std::string_view word);

}  // namespace mpk::policy
