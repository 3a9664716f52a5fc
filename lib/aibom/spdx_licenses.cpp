// Licences as relationships (SimpleLicensing/LicenseExpression, ExpandedLicensing/CustomLicense).
#include "aibom/lookup.hpp"
#include "aibom/spdx_draft.hpp"
#include "aibom/spdx_expression.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "model/license_expression.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace mpk::aibom::spdx {
namespace {

// simplelicensing_licenseText can't be left out.
constexpr std::string_view kNoText = "NOASSERTION";

std::string custom(Draft& draft, const std::string& name, const std::string& words,
                   const std::string& url) {
  const auto key = "custom\n" + name + "\n" + url + "\n" + words;
  if (const auto found = draft.licenses.find(key); found != draft.licenses.end())
    return found->second;
  auto& element = draft.graph.add("expandedlicensing_CustomLicense", "license", name);
  element["name"] = name;
  element["simplelicensing_licenseText"] = words.empty() ? std::string(kNoText) : words;
  if (is_uri(url)) append(element, "expandedlicensing_seeAlso", url);
  return draft.licenses.emplace(key, id_of(element)).first->second;
}

std::string expression(Draft& draft, const std::string& words, const std::string& url) {
  const auto parsed = model::parse_license_expression(words);
  if (!parsed || !is_spdx_expression(words)) return custom(draft, words, "", url);
  const auto key = "expression\n" + words + "\n" + url;
  if (const auto found = draft.licenses.find(key); found != draft.licenses.end())
    return found->second;
  auto& element = draft.graph.add("simplelicensing_LicenseExpression", "license", words);
  element["simplelicensing_licenseExpression"] = words;
  for (const auto& reference : parsed->references) {
    // Each reference leads to an element; one in another document, or an addition, has none here.
    if (!reference.starts_with("LicenseRef-")) continue;
    append(element, "simplelicensing_customIdToUri",
           dictionary_entry(reference, custom(draft, reference, "", "")));
  }
  if (!url.empty()) {
    Json link = Json::object();
    link["type"] = "ExternalRef";
    link["externalRefType"] = "license";
    link["locator"] = Json::array({url});
    append(element, "externalRef", std::move(link));
  }
  return draft.licenses.emplace(key, id_of(element)).first->second;
}

// The text of an attachment; "" when it is no text.
std::string attached(Draft& draft, const Json& attachment) {
  const auto& content = text(attachment, "content");
  const auto& encoding = text(attachment, "encoding");
  std::string out = content;
  if (!encoding.empty()) {
    const auto bytes = base64_decode(content);
    if (encoding != "base64" || !bytes) return {};
    out.assign(bytes->begin(), bytes->end());
    if (!is_valid_utf8(out)) return {};
  }
  draft.source.use(attachment);
  return out;
}

std::string license(Draft& draft, const Json& entry) {
  auto& source = draft.source;
  const auto& part = member(entry, "license");
  std::string id;
  if (part.is_null()) {
    const auto& words = source.take(entry, "expression");
    if (words.empty()) return {};
    id = expression(draft, words, "");
    source.owns(entry, id);
    return id;
  }
  const auto& url = source.take(part, "url");
  if (const auto& listed = source.take(part, "id"); !listed.empty()) {
    id = expression(draft, listed, url);
  } else {
    const auto& name = source.take(part, "name");
    id = custom(draft, name.empty() ? std::string(kNoText) : name,
                attached(draft, member(part, "text")), url);
  }
  source.owns(part, id);
  return id;
}

bool is_concluded(Draft& draft, const Json& entry) {
  const auto& part = member(entry, "license");
  return draft.source.take(part.is_null() ? entry : part, "acknowledgement") == "concluded";
}

}  // namespace

void add_licenses(Draft& draft, const Json& part, const std::string& from, bool required) {
  constexpr auto kDeclared = "hasDeclaredLicense";
  constexpr auto kConcluded = "hasConcludedLicense";
  for (const auto& entry : items(member(part, "licenses"))) {
    const auto id = license(draft, entry);
    draft.graph.relate(is_concluded(draft, entry) ? kConcluded : kDeclared, from, id);
  }
  if (!required) return;
  for (const auto* type : {kDeclared, kConcluded}) {
    if (!draft.graph.has_relation(type, from))
      draft.graph.relate(type, from, std::string(kNoAssertionLicense));
  }
}

std::string one_license(Draft& draft, const Json& list) {
  for (const auto& entry : items(list)) {
    auto id = license(draft, entry);
    if (!id.empty()) return id;
  }
  return {};
}

}  // namespace mpk::aibom::spdx
