// page_text: escaping, links and tables.
#include "aibom/page_text.hpp"

#include "base/markup.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace mpk::aibom {
namespace {

bool is_linkable(std::string_view address) {
  if (address.size() > kShownAddress) return false;
  // RFC 3986 §2: everything else is percent-encoded in an address that is well made.
  const bool plain = std::ranges::all_of(
      address, [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '`'; });
  const auto scheme = lower_ascii(address.substr(0, 8));
  return plain && (scheme.starts_with("https://") || scheme.starts_with("http://") ||
                   scheme.starts_with("mailto:"));
}

}  // namespace

std::string escape(std::string_view text, std::size_t max) {
  // printable() makes bytes harmless for a reader, this makes them harmless for a parser.
  return escape_markup(printable(text, max));
}

std::string escape_lines(std::string_view text, std::size_t max) {
  const bool cut = text.size() > max;
  if (cut) {
    text = text.substr(0, max);
    // Not in the middle of a UTF-8 sequence.
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U)
      text.remove_suffix(1);
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0U) text.remove_suffix(1);
  }
  std::string out;
  bool first = true;
  for (const auto line : split(text, '\n')) {
    if (!first) out += "<br>";
    first = false;
    out += escape(line, 0);
  }
  if (cut) out += "…";
  return out;
}

std::string link(std::string_view address) {
  auto shown = escape(address, kShownName);
  if (!is_linkable(address)) return shown;
  return "<a rel=\"noopener noreferrer\" href=\"" + escape_markup(address) + "\">" + shown + "</a>";
}

std::string folded(const std::string& line, const std::string& html) {
  return "<details><summary>" + line + "</summary>" + html + "</details>\n";
}

// The roles are those that the elements have anyway; a table that is laid out as blocks loses them
// in some browsers.
std::string html_table(const std::string& caption, const std::vector<std::string>& titles,
                       const std::vector<Row>& rows, std::size_t open_rows) {
  if (rows.empty()) return {};
  std::string out = "<table role=\"table\"><caption>" + caption +
                    "</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">";
  for (const auto& title : titles)
    out += "<th role=\"columnheader\" scope=\"col\">" + title + "</th>";
  out += "</tr></thead>\n<tbody role=\"rowgroup\">\n";
  const auto shown = std::min(rows.size(), kShownRows);
  for (std::size_t r = 0; r < shown; ++r) {
    out += "<tr role=\"row\">";
    for (std::size_t c = 0; c < titles.size() && c < rows[r].size(); ++c)
      out += "<td role=\"cell\" data-label=\"" + titles[c] + "\">" + rows[r][c] + "</td>";
    out += "</tr>\n";
  }
  out += "</tbody></table>\n";
  if (shown < rows.size()) {
    out += "<p class=\"note\">" + std::to_string(rows.size() - shown) +
           " more are in the document, not on this page.</p>\n";
  }
  if (rows.size() <= open_rows) return out;
  return folded(caption + " (" + std::to_string(rows.size()) + ")", out);
}

}  // namespace mpk::aibom
