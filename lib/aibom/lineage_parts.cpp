// Parts that lineage, training and claims share.
#include "aibom/lineage_parts.hpp"

#include "aibom/draft.hpp"
#include "aibom/grammar.hpp"
#include "aibom/wording.hpp"
#include "base/digest.hpp"

#include <algorithm>

namespace mpk::aibom {

bool is_web_address(std::string_view text) {
  return (text.starts_with("https://") || text.starts_with("http://")) && is_iri(text);
}

std::string base_ref(const model::BaseModel& base) {
  const auto revision = one_line(base.revision);
  return "base:" + one_line(base.name) + (revision.empty() ? "" : "@" + revision);
}

Json organization_of(const model::Party& party) {
  Json out = Json::object();
  const auto name = one_line(party.name);
  if (name.empty()) return out;
  out["name"] = name;
  if (auto url = one_line(party.url, 2 * kNameLength); is_web_address(url))
    out["url"] = Json::array({url});
  if (auto email = one_line(party.email); !email.empty())
    out["contact"] = Json::array({{{"email", email}}});
  return out;
}

Json declared_licenses(const std::vector<model::License>& licenses) {
  Json out = Json::array();
  for (const auto& each : licenses) {
    Json license = {{"acknowledgement", "declared"}};
    const auto name = one_line(each.name);
    if (is_spdx_license(each.spdx_id)) {
      license["id"] = each.spdx_id;
    } else if (!name.empty()) {
      license["name"] = name;
    } else {
      continue;
    }
    if (auto url = one_line(each.url, 2 * kNameLength); is_web_address(url)) license["url"] = url;
    Json entry = {{"license", std::move(license)}};
    if (std::find(out.begin(), out.end(), entry) == out.end()) out.push_back(std::move(entry));
    if (out.size() == kListLength) break;
  }
  return out;
}

Json reference_to(std::string_view type, const std::string& url, const std::string& digest,
                  const std::string& comment) {
  const auto address = one_line(url, 2 * kNameLength);
  const bool link = address.starts_with("urn:cdx:") && is_iri(address);
  if (!is_web_address(address) && !link) return Json::object();
  Json out = {{"type", std::string(type)}, {"url", address}};
  if (auto parsed = Digest::parse(digest)) out["hashes"] = Json::array({hash_of(*parsed)});
  if (!comment.empty()) out["comment"] = comment;
  return out;
}

}  // namespace mpk::aibom
