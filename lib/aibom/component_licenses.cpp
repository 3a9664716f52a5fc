// Licences: as declared, and as recognised from a text in the artifact.
#include "aibom/draft.hpp"
#include "aibom/grammar.hpp"
#include "aibom/spdx_expression.hpp"
#include "aibom/wording.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <tuple>

namespace mpk::aibom {
namespace {

Json license_json(const model::License& license) {
  Json out = {
      {"acknowledgement", license.tier == model::Tier::inferred ? "concluded" : "declared"}};
  auto name = one_line(license.name);
  if (is_spdx_license(license.spdx_id)) {
    out["id"] = license.spdx_id;
  } else if (!name.empty()) {
    out["name"] = name;
  } else if (!license.spdx_id.empty()) {
    out["name"] = one_line(license.spdx_id);
  } else {
    return Json::object();
  }
  // A link that is none stays out rather than spoil the document; the name says enough to ask.
  auto url = one_line(license.url, 2 * kNameLength);
  if (!url.empty() && is_iri(url)) out["url"] = url;
  return out;
}

// "MIT OR Apache-2.0". 1.6 has one expression or a list of licences: beside another licence, or
// with a link, it stays a name.
bool is_compound(const model::License& license) {
  return license.spdx_id.empty() && license.url.empty() &&
         license.name.find(' ') != std::string::npos && is_spdx_expression(license.name);
}

}  // namespace

Json license_list(Draft& draft) {
  auto all = draft.info.licenses;
  std::sort(all.begin(), all.end(), [](const model::License& a, const model::License& b) {
    return std::tie(a.tier, a.spdx_id, a.name, a.url, a.source) <
           std::tie(b.tier, b.spdx_id, b.name, b.url, b.source);
  });
  auto kept = draft.keep("licenses", all.size());
  Json out = Json::array();
  if (all.size() == 1 && is_compound(all.front())) {
    draft.tiers.add(std::string(kModelPointer) + "/licenses/0", all.front().tier,
                    all.front().source);
    out.push_back({{"acknowledgement", "declared"}, {"expression", all.front().name}});
    return out;
  }
  for (std::size_t i = 0; i < kept; ++i) {
    Json entry = {{"license", license_json(all[i])}};
    if (entry["license"].empty() || std::find(out.begin(), out.end(), entry) != out.end()) continue;
    draft.tiers.add(std::string(kModelPointer) + "/licenses/" + std::to_string(out.size()),
                    all[i].tier, all[i].source);
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace mpk::aibom
