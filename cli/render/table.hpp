// Tables: columns as wide as their content, numbers to the right.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::cli {

struct Column {
  std::string title;  // empty titles everywhere: no header line
  bool right = false;
};

/// "1 file", "2 files".
std::string counted(std::uint64_t count, std::string_view noun);

/// Cells are escaped (printable). The last column is never padded.
std::string table(const std::vector<Column>& columns,
                  const std::vector<std::vector<std::string>>& rows);

}  // namespace mpk::cli
