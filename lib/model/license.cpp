// Licences as Hugging Face names them → SPDX ids.
#include "model/license.hpp"

#include "base/text.hpp"

#include <array>
#include <utility>

namespace mpk::model {
namespace {

/// SPDX ids that Hugging Face's ids equal but for their case (hub-docs, "Licenses").
constexpr auto kSpdx = std::to_array<std::string_view>({
    "Apache-2.0",
    "MIT",
    "AFL-3.0",
    "Artistic-2.0",
    "BSL-1.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD-3-Clause-Clear",
    "CC0-1.0",
    "CC-BY-2.0",
    "CC-BY-2.5",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-2.0",
    "CC-BY-NC-3.0",
    "CC-BY-NC-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-NC-ND-3.0",
    "CC-BY-NC-ND-4.0",
    "CC-BY-NC-SA-2.0",
    "CC-BY-NC-SA-3.0",
    "CC-BY-NC-SA-4.0",
    "CDLA-Sharing-1.0",
    "CDLA-Permissive-1.0",
    "CDLA-Permissive-2.0",
    "WTFPL",
    "ECL-2.0",
    "EPL-1.0",
    "EPL-2.0",
    "etalab-2.0",
    "EUPL-1.1",
    "EUPL-1.2",
    "AGPL-3.0",
    "GPL-2.0",
    "GPL-3.0",
    "LGPL-2.1",
    "LGPL-3.0",
    "ISC",
    "LPPL-1.3c",
    "MS-PL",
    "MPL-2.0",
    "OSL-3.0",
    "PostgreSQL",
    "OFL-1.1",
    "NCSA",
    "Unlicense",
    "Zlib",
    "0BSD",
});
/// The exact forms of the GNU licences, which cards use now and then.
constexpr auto kGnu = std::to_array<std::string_view>({
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "LGPL-2.1-only",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
});
constexpr auto kAliases = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"c-uda", "C-UDA-1.0"},
    {"odc-by", "ODC-By-1.0"},
    {"odbl", "ODbL-1.0"},
    {"pddl", "PDDL-1.0"},
    {"lgpl-lr", "LGPLLR"},
});

std::string_view spdx_id(std::string_view id) {
  for (const std::string_view known : kSpdx) {
    if (iequals_ascii(id, known)) return known;
  }
  for (const std::string_view known : kGnu) {
    if (iequals_ascii(id, known)) return known;
  }
  for (const auto& [alias, known] : kAliases) {
    if (iequals_ascii(id, alias) || iequals_ascii(id, known)) return known;
  }
  return {};
}

}  // namespace

License license_from_huggingface(std::string_view id, std::string_view name, std::string_view url,
                                 std::string source) {
  id = trim(id);
  License out;
  out.spdx_id = spdx_id(id);
  out.name = trim(name).empty() ? id : trim(name);
  out.url = trim(url);
  out.source = std::move(source);
  return out;
}

}  // namespace mpk::model
