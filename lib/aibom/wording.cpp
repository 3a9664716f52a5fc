// Text from a model's files made fit for a document.
#include "aibom/wording.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace mpk::aibom {

std::string one_line(std::string_view text, std::size_t max) { return printable(trim(text), max); }

std::string paragraphs(std::string_view text) {
  std::string out;
  std::size_t left = kParagraphLength;
  for (auto line : split(trim(text), '\n')) {
    if (left == 0) break;
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::string plain(line);
    std::replace(plain.begin(), plain.end(), '\t', ' ');
    // printable() counts characters and takes 0 for "no limit"; bytes are what is left to spend.
    auto shown = printable(plain, left);
    if (!out.empty()) out += '\n';
    out += shown;
    left -= std::min(left, shown.size() + 1);
  }
  return out;
}

}  // namespace mpk::aibom
