// Front matter of cards (hub-docs, modelcard.md and datasetcard.md).
#include "model/front_matter.hpp"

#include "base/text.hpp"
#include "json/yaml.hpp"

#include <algorithm>

namespace mpk::model {

Result<CardParts> split_card(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::size_t line_end = std::min(text.find('\n'), text.size());
  if (trim(text.substr(0, line_end)) != "---") return CardParts{{}, text};
  const std::size_t start = std::min(line_end + 1, text.size());
  for (std::size_t at = start; at < text.size();) {
    line_end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, line_end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t next = std::min(line_end + 1, text.size());
    if (line == "---" || line == "...") {
      return CardParts{text.substr(start, at - start), text.substr(next)};
    }
    at = next;
  }
  return Error(ErrorKind::malformed, "front matter does not end");
}

Result<Json> parse_front_matter(std::string_view yaml, const std::string& source) {
  // The line of "---" is put back as an empty one, so that messages name the card's own lines.
  const auto document = TRY(json::parse_yaml("\n" + std::string(yaml), source));
  Json value = *document.value;
  if (!value.is_null() && !value.is_object())
    return Error(ErrorKind::malformed, source + ": front matter is no mapping");
  return value;
}

}  // namespace mpk::model
