// The prose of a model card: title, first paragraph, the sections that people ask for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

struct CardText {
  std::string title;        // of the first heading of level 1
  std::string description;  // first paragraph of prose
  std::string intended_use, limitations, risks;
  std::vector<std::string> parameters;  // what stands behind "Parameters:" or "| Parameters |"
};

/// Markdown as far as it needs to be understood: headings, fences, comments. `body` must be UTF-8.
/// Every text is cut to kLongText. Linear time.
CardText read_card_text(std::string_view body);

}  // namespace mpk::model
