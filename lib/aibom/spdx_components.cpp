// Components and services as packages and files (Software profile).
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/page_parts.hpp"
#include "aibom/spdx_draft.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpk::aibom::spdx {
namespace {

struct Kind {
  std::string_view cyclonedx, type, purpose;
};

constexpr auto kKinds = std::to_array<Kind>({
    {"application", "software_Package", "application"},
    {"container", "software_Package", "container"},
    {"cryptographic-asset", "software_Package", "other"},
    {"device", "software_Package", "device"},
    {"device-driver", "software_Package", "deviceDriver"},
    {"firmware", "software_Package", "firmware"},
    {"framework", "software_Package", "framework"},
    {"library", "software_Package", "library"},
    {"machine-learning-model", "ai_AIPackage", "model"},
    {"operating-system", "software_Package", "operatingSystem"},
    {"platform", "software_Package", "platform"},
});

// Data that is no dataset: CycloneDX says which in component.data.
Kind kind_of_data(const Json& component) {
  constexpr auto kPurposes = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"configuration", "configuration"},
       {"definition", "specification"},
       {"other", "data"},
       {"source-code", "source"}});
  const auto& list = items(member(component, "data"));
  const bool dataset = list.empty() || std::ranges::any_of(list, [](const Json& each) {
                         return text(each, "type") == "dataset";
                       });
  if (dataset) return {"data", "dataset_DatasetPackage", "data"};
  const auto* found = std::ranges::find(kPurposes, text(list.front(), "type"),
                                        [](const auto& row) { return row.first; });
  return {"data", "software_Package", found == kPurposes.end() ? "data" : found->second};
}

// ModelPack's media types say what a file is for.
Kind kind_of_file(const Json& component) {
  constexpr auto kPurposes = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{".model.weight.config.", "configuration"},
       {".model.weight.", "model"},
       {".model.doc.", "documentation"},
       {".model.code.", "source"},
       {".model.dataset.", "data"}});
  const auto& type = text(component, "mime-type");
  const auto* found = std::ranges::find_if(
      kPurposes, [&](const auto& row) { return type.find(row.first) != std::string::npos; });
  return {"file", "software_File", found == kPurposes.end() ? "file" : found->second};
}

Kind kind_of(const Json& component) {
  const auto& type = text(component, "type");
  if (type == "data") return kind_of_data(component);
  if (type == "file") return kind_of_file(component);
  const auto* found = std::ranges::find(kKinds, type, &Kind::cyclonedx);
  return found == kKinds.end() ? Kind{"", "software_Package", "other"} : *found;
}

// What a purl tells of a package whose own members don't.
struct PurlParts {
  std::string type, path, version, repository;
};

std::optional<PurlParts> purl_parts(std::string_view purl) {
  constexpr std::string_view kScheme = "pkg:";
  if (!purl.starts_with(kScheme)) return std::nullopt;
  purl.remove_prefix(kScheme.size());
  purl = purl.substr(0, purl.find('#'));
  PurlParts out;
  const auto query = purl.find('?');
  if (query != std::string_view::npos) {
    constexpr std::string_view kRepository = "repository_url=";
    auto rest = purl.substr(query + 1);
    const auto at = rest.find(kRepository);
    if (at == 0 || (at != std::string_view::npos && rest[at - 1] == '&')) {
      rest.remove_prefix(at + kRepository.size());
      const auto value = percent_decode(rest.substr(0, rest.find('&')));
      if (value) out.repository = *value;
    }
    purl = purl.substr(0, query);
  }
  if (const auto at = purl.rfind('@'); at != std::string_view::npos) {
    const auto version = percent_decode(purl.substr(at + 1));
    if (version) out.version = *version;
    purl = purl.substr(0, at);
  }
  const auto slash = purl.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  out.type = purl.substr(0, slash);
  out.path = purl.substr(slash + 1);
  return out;
}

std::string download_location(const PurlParts& purl) {
  if (purl.type == "huggingface" && purl.repository.empty()) {
    return "https://huggingface.co/" + purl.path +
           (purl.version.empty() ? std::string() : "/tree/" + percent_encode(purl.version));
  }
  if (purl.type == "oci" && !purl.repository.empty() && !purl.version.empty())
    return "oci://" + purl.repository + "@" + purl.version;
  return {};
}

void add_package_members(Draft& draft, const Json& part, Json& element) {
  auto& source = draft.source;
  set_text(element, "software_packageVersion", source.take(part, "version"));
  const auto& purl = text(part, "purl");
  if (is_uri(purl)) element["software_packageUrl"] = purl;
  const auto parts = purl_parts(purl);
  if (!parts) return;
  if (!element.contains("software_packageVersion"))
    set_text(element, "software_packageVersion", parts->version);
  const auto location = download_location(*parts);
  if (!element.contains("software_downloadLocation") && is_uri(location))
    element["software_downloadLocation"] = location;
}

void add_makers(Draft& draft, const Json& part, Json& element) {
  auto& source = draft.source;
  const auto origin = [&](const std::string& id) { append_once(element, "originatedBy", id); };
  if (auto id = organization(draft, member(part, "supplier")); !id.empty())
    element["suppliedBy"] = id;
  origin(organization(draft, member(part, "manufacturer")));
  for (const auto& author : items(member(part, "authors"))) origin(person(draft, author));
  origin(named_agent(draft, "Person", source.take(part, "author")));
  origin(named_agent(draft, "Organization", source.take(part, "publisher")));
  // Of a service.
  if (auto id = organization(draft, member(part, "provider")); !id.empty())
    element["suppliedBy"] = id;
}

void add_release(Draft& draft, const Json& part, Json& element) {
  const auto& notes = member(part, "releaseNotes");
  const auto time = Timestamp::parse(text(notes, "timestamp"));
  if (!time) return;
  draft.source.use(member(notes, "timestamp"));
  element["releaseTime"] = date_time(*time);
}

// Media types with a "/" only: SPDX's pattern.
void add_media_type(Draft& draft, const Json& part, Json& element) {
  const auto& type = text(part, "mime-type");
  if (element["type"] != "software_File" || std::ranges::count(type, '/') != 1) return;
  if (type.front() == '/' || type.back() == '/') return;
  element["contentType"] = draft.source.take(part, "mime-type");
}

void add_pedigree(Draft& draft, const Json& component, const std::string& id,
                  const std::string& pointer) {
  const auto& pedigree = member(component, "pedigree");
  struct Row {
    const char *key, *type;
  };
  constexpr auto kRows = std::to_array<Row>(
      {{"ancestors", "descendantOf"}, {"descendants", "ancestorOf"}, {"variants", "hasVariant"}});
  const auto& notes = text(pedigree, "notes");
  std::vector<std::string> related;  // SPDX has no words for how; one comment for all that it joins
  for (const auto& base : items(member(pedigree, "ancestors"))) {
    if (const auto& relation = property(base, own(kRelation)); !relation.empty())
      related.push_back(full_name(base) + "=" + relation);
  }
  for (const auto& row : kRows) {
    std::size_t index = 0;
    const auto base = pointer + "/pedigree/" + row.key + "/";
    for (const auto& each : items(member(pedigree, row.key)))
      draft.graph.relate(row.type, id, add_component(draft, each, base + std::to_string(index++)));
    if (index == 0 || notes.empty()) continue;
    draft.source.use(member(pedigree, "notes"));
    const bool each_said = row.type == kRows.front().type && related.size() == index && index > 1;
    draft.graph.comment_relation(
        row.type, id, each_said ? std::string(kRelationNote) + join(related, "; ") : notes);
  }
}

// What components and services share. `part` belongs to the element from here on.
Json& add_part(Draft& draft, const Json& part, std::string_view type, std::string_view purpose,
               const std::string& pointer) {
  auto& source = draft.source;
  const auto& ref = source.take(part, "bom-ref");
  auto& element =
      ref.empty() ? draft.graph.add(type, "at", pointer) : draft.graph.add(type, "component", ref);
  const auto id = id_of(element);
  if (!ref.empty()) draft.refs.emplace(ref, id);
  source.owns(part, id);
  const auto& group = source.take(part, "group");
  element["name"] = (group.empty() ? "" : group + "/") + source.take(part, "name");
  element["software_primaryPurpose"] = purpose;
  set_text(element, "description", source.take(part, "description"));
  set_text(element, "software_copyrightText", source.take(part, "copyright"));
  add_makers(draft, part, element);
  add_release(draft, part, element);
  add_identity(draft, part, element);
  add_properties(draft, part, element);
  return element;
}

}  // namespace

std::string add_component(Draft& draft, const Json& component, const std::string& pointer) {
  auto& source = draft.source;
  const auto kind = kind_of(component);
  source.use(member(component, "type"));
  auto& element = add_part(draft, component, kind.type, kind.purpose, pointer);
  auto id = id_of(element);
  const auto& name = text(component, "name");
  if (kind.type == "software_File") {
    element["software_fileKind"] = "file";
    draft.files.emplace(name, id);
  }
  add_media_type(draft, component, element);
  std::size_t index = 0;
  for (const auto& child : items(member(component, "components"))) {
    draft.graph.relate(
        "contains", id,
        add_component(draft, child, pointer + "/components/" + std::to_string(index++)));
  }
  // After the files, which a reference may lead to.
  add_references(draft, component, element);
  if (kind.type.ends_with("Package")) add_package_members(draft, component, element);
  if (kind.type == "ai_AIPackage") {
    fill_model(draft, component, element);
    add_model_datasets(draft, component, id, pointer);
  }
  if (kind.type == "dataset_DatasetPackage") {
    fill_dataset(draft, member(component, "data"), element);
    draft.datasets.emplace(name, id);
  }
  const bool profile = kind.type == "ai_AIPackage" || kind.type == "dataset_DatasetPackage";
  add_licenses(draft, component, id, profile);
  add_pedigree(draft, component, id, pointer);
  return id;
}

// SPDX 3.0 has no class for services; what makes it one is said in the summary.
std::string add_service(Draft& draft, const Json& service, const std::string& pointer) {
  auto& element = add_part(draft, service, "software_Package", "other", pointer);
  auto id = id_of(element);
  element["summary"] = "service";
  for (const auto& endpoint : items(member(service, "endpoints"))) {
    draft.source.use(endpoint);
    Json link = Json::object();
    link["type"] = "ExternalRef";
    link["externalRefType"] = "other";
    link["comment"] = "service endpoint";
    link["locator"] = Json::array({text(endpoint)});
    append(element, "externalRef", std::move(link));
  }
  std::size_t index = 0;
  for (const auto& child : items(member(service, "services"))) {
    draft.graph.relate("contains", id,
                       add_service(draft, child, pointer + "/services/" + std::to_string(index++)));
  }
  add_references(draft, service, element);
  add_package_members(draft, service, element);
  add_licenses(draft, service, id, false);
  return id;
}

}  // namespace mpk::aibom::spdx
