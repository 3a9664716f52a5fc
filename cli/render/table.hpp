// Tables: columns as wide as their content, numbers to the right.
#pragma once

#include <string>
#include <vector>

namespace mpk::cli {

struct Column {
  std::string title;  // empty titles everywhere: no header line
  bool right = false;
};

/// Cells are escaped (printable). The last column is never padded.
std::string table(const std::vector<Column>& columns,
                  const std::vector<std::vector<std::string>>& rows);

}  // namespace mpk::cli
