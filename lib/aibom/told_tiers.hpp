// told_tiers: what a document says about how far each of its facts is proven.
#pragma once

#include "json/value.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace mpk::aibom {

struct ToldTier {
  std::string tier;    // "verified", "declared", "inferred"; nothing else is read
  std::string source;  // a file's path, or empty
};

/// By JSON Pointer; from the mpk:provenance properties of the document's component, and from the
/// citations of 1.7 that carry them.
using ToldTiers = std::map<std::string, ToldTier, std::less<>>;
ToldTiers told_tiers(const Json& bom);

/// What a pointer leads to, in words that stay when a list gets longer: an item of a list is called
/// by its name ("components/model.gguf/hashes/SHA-256"), not by its index.
std::string fact_name(const Json& bom, std::string_view pointer);

}  // namespace mpk::aibom
