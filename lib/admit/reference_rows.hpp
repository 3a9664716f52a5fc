// The rows that are built in, as docs/admission.md lists them.
#pragma once

#include "admit/references.hpp"

#include <span>
#include <string_view>

namespace mpk::admit {

struct BuiltInRow {
  std::string_view group, kind, path;
  FoundReference::Kind reference;
};
std::span<const BuiltInRow> built_in_rows();

}  // namespace mpk::admit
