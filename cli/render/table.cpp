// Tables.
#include "render/table.hpp"

#include "base/text.hpp"
#include "terminal/term.hpp"

#include <algorithm>

namespace mpk::cli {

std::string table(const std::vector<Column>& columns,
                  const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> all;
  bool header =
      std::any_of(columns.begin(), columns.end(), [](const Column& c) { return !c.title.empty(); });
  if (header) {
    all.emplace_back();
    for (const auto& column : columns) all.back().push_back(column.title);
  }
  for (const auto& row : rows) {
    all.emplace_back();
    for (const auto& cell : row) all.back().push_back(printable(cell));
  }
  std::vector<std::size_t> widths(columns.size(), 0);
  for (const auto& row : all) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string out;
  for (const auto& row : all) {
    std::string line;
    for (std::size_t i = 0; i < row.size() && i < columns.size(); ++i) {
      if (i > 0) line += "  ";
      std::string pad(widths[i] - display_width(row[i]), ' ');
      if (columns[i].right) {
        line += pad + row[i];
      } else {
        line += row[i] + (i + 1 == row.size() ? "" : pad);
      }
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace mpk::cli
