// Deprecated ids of the SPDX License List 3.27, with what the list names in their place.
#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/contradictions.hpp"
#include "model/license_expression.hpp"

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace mpk::model {
namespace {

/// Of the GNU licences, whose bare ids do not say whether later versions are allowed.
constexpr auto kGnu = std::to_array<std::string_view>(
    {"AGPL-1.0", "AGPL-3.0", "GFDL-1.1", "GFDL-1.2", "GFDL-1.3", "GPL-1.0", "GPL-2.0", "GPL-3.0",
     "LGPL-2.0", "LGPL-2.1", "LGPL-3.0"});
constexpr auto kOthers = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"BSD-2-Clause-FreeBSD", "BSD-2-Clause-Views"},
    {"BSD-2-Clause-NetBSD", "BSD-2-Clause"},
    {"bzip2-1.0.5", "bzip2-1.0.6"},
    {"eCos-2.0", "GPL-2.0-or-later WITH eCos-exception-2.0"},
    {"GPL-2.0-with-autoconf-exception", "GPL-2.0-only WITH Autoconf-exception-2.0"},
    {"GPL-2.0-with-bison-exception", "GPL-2.0-or-later WITH Bison-exception-2.2"},
    {"GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0"},
    {"GPL-2.0-with-font-exception", "GPL-2.0-only WITH Font-exception-2.0"},
    {"GPL-2.0-with-GCC-exception", "GPL-2.0-only WITH GCC-exception-2.0"},
    {"GPL-3.0-with-autoconf-exception", "GPL-3.0-only WITH Autoconf-exception-3.0"},
    {"GPL-3.0-with-GCC-exception", "GPL-3.0-only WITH GCC-exception-3.1"},
    {"StandardML-NJ", "SMLNJ"},
    {"wxWindows", "LGPL-2.0-or-later WITH WxWindows-exception-3.1"},
});

/// Empty: the id is not deprecated, or has no successor (Net-SNMP, Nunit).
std::string replacement(std::string_view id) {
  for (const std::string_view known : kGnu) {
    if (iequals_ascii(id, known))
      return std::string(known) + "-only or " + std::string(known) + "-or-later";
  }
  for (const auto& [known, successor] : kOthers) {
    if (iequals_ascii(id, known)) return std::string(successor);
  }
  return {};
}

}  // namespace

void check_deprecated_licenses(ModelInfo& info) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const License& license : info.licenses) {
    if (license.tier == Tier::inferred) continue;  // recognised in a text, nobody wrote the id
    const auto expression =
        parse_license_expression(license.spdx_id.empty() ? license.name : license.spdx_id);
    if (!expression) continue;
    for (const std::string& id : expression->licenses) {
      const std::string better = replacement(id);
      if (better.empty() || !seen.emplace(license.source, lower_ascii(id)).second) continue;
      add_finding(info, Severity::info, "license-deprecated", license.source,
                  printable(id, 80) + " is a deprecated SPDX id", "write " + better);
    }
  }
}

}  // namespace mpk::model
