// The YAML between the "---" lines of a card, and what is below it.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace mpk::model {

struct CardParts {
  std::string_view front_matter, body;
};

/// Between the first line "---" and the next one; no front matter: all is body. malformed: it does
/// not end.
Result<CardParts> split_card(std::string_view text);

/// The mapping in the front matter; null: it is empty. malformed, with the card's own line: no
/// YAML, no mapping.
Result<Json> parse_front_matter(std::string_view yaml, const std::string& source);

}  // namespace mpk::model
