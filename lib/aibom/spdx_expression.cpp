// Licence expressions against the list of ids in the grammar.
#include "aibom/spdx_expression.hpp"

#include "aibom/grammar.hpp"
#include "model/license_expression.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace mpk::aibom {
namespace {

// CycloneDX lists licences and exceptions together.
bool is_exception(std::string_view id) {
  constexpr auto kOthers = std::to_array<std::string_view>(
      {"GPL-CC-1.0", "LLGPL", "Linux-syscall-note", "SHL-2.0", "SHL-2.1"});
  return id.find("exception") != std::string_view::npos ||
         std::ranges::find(kOthers, id) != kOthers.end();
}

}  // namespace

bool is_spdx_expression(std::string_view text) {
  const auto found = model::parse_license_expression(text);
  const auto listed = [](const std::string& id, bool exception) {
    return is_spdx_license(id) && is_exception(id) == exception;
  };
  return found &&
         std::ranges::all_of(found->licenses, [&](const auto& id) { return listed(id, false); }) &&
         std::ranges::all_of(found->additions, [&](const auto& id) { return listed(id, true); });
}

Result<int> worth_of_expression(std::string_view text,
                                const std::function<int(std::string_view)>& worth) {
  return model::worth_of_license_expression(text, worth);
}

}  // namespace mpk::aibom
