// Chat templates (Jinja): what reaches out of the sandbox that they are rendered in.
#pragma once

#include "scan/finding.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::scan {

/// Only expressions and statements are looked at, as Jinja 3 delimits them; the text between is
/// text. `offset`: of the template in the member, if it stands there as it is.
void scan_template(std::string_view text, const std::string& member,
                   std::optional<std::uint64_t> offset, Findings& findings);

}  // namespace mpk::scan
