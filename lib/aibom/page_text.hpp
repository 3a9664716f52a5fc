// page_text: text from a document made fit for HTML; nothing of it can become markup. Internal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

inline constexpr std::size_t kShownName = 300;        // a name or value in a table
inline constexpr std::size_t kShownParagraph = 4000;  // a description
inline constexpr std::size_t kShownRows = 5000;       // of one table
inline constexpr std::size_t kShownAddress = 2000;    // longer ones are no links

/// For element content and for attributes in quotes (HTML §13.1.2): & < > " ' are references,
/// control and bidi characters are visible escapes, what is longer than `max` bytes is cut with
/// "…".
std::string escape(std::string_view text, std::size_t max = kShownName);
/// The same; line breaks stay as <br>.
std::string escape_lines(std::string_view text, std::size_t max = kShownParagraph);
/// A link when `address` is http, https or mailto; text otherwise (javascript:, data:, urn:, …).
std::string link(std::string_view address);

/// One cell a column, as HTML that is finished.
using Row = std::vector<std::string>;
/// A table that becomes a list of labelled lines on a narrow screen. Rows over kShownRows are told,
/// not shown; with more than `open_rows` it is folded, under `caption`.
std::string html_table(const std::string& caption, const std::vector<std::string>& titles,
                       const std::vector<Row>& rows, std::size_t open_rows = 12);
/// <details>, closed, with a line that says what is inside.
std::string folded(const std::string& line, const std::string& html);

}  // namespace mpk::aibom
