// The document around the elements: who made it and when, what it holds, which profiles it keeps.
#include "aibom/spdx.hpp"

#include "aibom/lookup.hpp"
#include "aibom/spdx_check.hpp"
#include "aibom/spdx_draft.hpp"
#include "aibom/validate.hpp"
#include "base/identifiers.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/uuid.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace mpk::aibom {
namespace {

using spdx::Draft;

Result<void> must_be_valid(const Json& bom) {
  for (const auto& problem : TRY(validate_aibom(bom))) {
    // What the lint says against is written down as it stands, or left out and named.
    if (problem.level != Problem::Level::error || problem.code != "schema") continue;
    return Error(ErrorKind::malformed,
                 "not a valid CycloneDX document: " +
                     (problem.pointer.empty() ? "/" : printable(problem.pointer, 200)) + ": " +
                     printable(problem.message, 200),
                 "mpk aibom validate lists every problem of a document");
  }
  return {};
}

Result<Timestamp> creation_time(Draft& draft, const SpdxInput& input) {
  const auto& metadata = member(draft.source.bom(), "metadata");
  const auto said = Timestamp::parse(text(metadata, "timestamp"));
  if (!input.created && !said && !input.otherwise) {
    return Error(ErrorKind::usage,
                 "the document has no date, and SPDX can't be without one: no metadata.timestamp",
                 "give one with --created TIME or SOURCE_DATE_EPOCH");
  }
  const auto time = input.created ? *input.created : said ? *said : *input.otherwise;
  // One that another replaces, or the part of a second, stays in the rest.
  if (said && said->seconds() == time.seconds() && said->nanoseconds() == 0)
    draft.source.use(member(metadata, "timestamp"));
  return time;
}

/// The uuid of the serial number; made of the content where there is none.
std::string serial_uuid(const Json& bom) {
  constexpr std::string_view kPrefix = "urn:uuid:";
  const std::string_view serial = text(bom, "serialNumber");
  if (serial.starts_with(kPrefix)) return std::string(serial.substr(kPrefix.size()));
  return crypto::uuid_v5(identifiers::kSerialNamespace, crypto::sha256(json::compact(bom)).text());
}

std::string version_of(const Json& bom) {
  const auto& version = member(bom, "version");
  return version.is_number_integer() ? json::compact(version) : "1";
}

std::string_view sbom_type(const std::string& phase) {
  constexpr auto kPhases = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"design", "design"},
      {"pre-build", "source"},
      {"build", "build"},
      {"post-build", "analyzed"},
      {"operations", "runtime"},
      {"discovery", "deployed"},
  });
  const auto* found = std::ranges::find(kPhases, phase, [](const auto& row) { return row.first; });
  return found == kPhases.end() ? std::string_view() : found->second;
}

// The two collections come first; what they hold is known at the end.
void begin(Draft& draft, const std::string& uuid, const std::string& version) {
  auto& source = draft.source;
  const auto& bom = source.bom();
  auto& document = draft.graph.add("SpdxDocument", "document", "");
  draft.document_id = spdx::id_of(document);
  Json origin = Json::object();
  origin["type"] = "ExternalIdentifier";
  origin["externalIdentifierType"] = "other";
  origin["identifier"] = "urn:cdx:" + uuid + "/" + version;
  origin["comment"] =
      "the CycloneDX " + text(bom, "specVersion") + " document that this was made of";
  spdx::append(document, "externalIdentifier", std::move(origin));
  for (const auto* key : {"$schema", "bomFormat", "serialNumber", "specVersion", "version"})
    source.use(member(bom, key));
  auto& sbom = draft.graph.add("software_Sbom", "sbom", "");
  draft.sbom_id = spdx::id_of(sbom);
  for (const auto& each : items(member(member(bom, "metadata"), "lifecycles"))) {
    const auto type = sbom_type(text(each, "phase"));
    if (type.empty()) continue;
    source.use(each);
    spdx::append_once(sbom, "software_sbomType", std::string(type));
  }
}

void add_creators(Draft& draft, const SpdxInput& input, Timestamp created) {
  const auto& metadata = member(draft.source.bom(), "metadata");
  std::vector<std::string> by;
  std::set<std::string> known;
  const auto add = [&](std::string id) {
    if (!id.empty() && known.insert(id).second) by.push_back(std::move(id));
  };
  for (const auto& author : items(member(metadata, "authors"))) add(person(draft, author));
  add(organization(draft, member(metadata, "manufacturer")));
  const auto self = "mpk-" + input.mpk_version;
  if (by.empty()) add(named_agent(draft, "SoftwareAgent", self));
  auto with = tools(draft);
  const bool listed = std::ranges::any_of(draft.graph.elements(), [&](const Json& element) {
    return text(element, "type") == "Tool" && text(element, "name") == self;
  });
  if (!listed) with.push_back(named_agent(draft, "Tool", self));
  Json info = Json::object();
  info["type"] = "CreationInfo";
  info["specVersion"] = spdx::kSpecVersion;
  info["created"] = spdx::date_time(created);
  info["createdBy"] = by;
  info["createdUsing"] = with;
  draft.graph.creation_info(std::move(info));
}

std::vector<std::string> add_parts(Draft& draft) {
  const auto& bom = draft.source.bom();
  std::vector<std::string> roots;
  const auto& about = member(member(bom, "metadata"), "component");
  if (about.is_object()) roots.push_back(add_component(draft, about, "/metadata/component"));
  draft.model_id = roots.empty() ? "" : roots.front();
  std::size_t index = 0;
  for (const auto& each : items(member(bom, "components"))) {
    auto id = add_component(draft, each, "/components/" + std::to_string(index++));
    if (about.is_null()) roots.push_back(std::move(id));
  }
  index = 0;
  for (const auto& each : items(member(bom, "services"))) {
    auto id = add_service(draft, each, "/services/" + std::to_string(index++));
    if (about.is_null()) roots.push_back(std::move(id));
  }
  return roots;
}

// The supplier of the whole is that of the component which it is about.
void add_supplier(Draft& draft) {
  const auto& metadata = member(draft.source.bom(), "metadata");
  auto* model = draft.graph.find_element(draft.model_id);
  if (model == nullptr) return;
  if (!model->contains("suppliedBy")) {
    if (auto id = organization(draft, member(metadata, "supplier")); !id.empty())
      (*model)["suppliedBy"] = id;
  }
  if (auto id = organization(draft, member(metadata, "manufacture")); !id.empty())
    spdx::append(*model, "originatedBy", id);
}

void add_document_members(Draft& draft) {
  const auto& bom = draft.source.bom();
  auto& document = *draft.graph.find_element(draft.document_id);
  const auto& metadata = member(bom, "metadata");
  if (auto id = one_license(draft, member(metadata, "licenses")); !id.empty())
    document["dataLicense"] = id;
  add_properties(draft, metadata, document);
  add_properties(draft, bom, document);
  add_references(draft, bom, document);
}

std::vector<ProfileGap> profile_gaps(const Draft& draft) {
  struct Row {
    std::string_view type, profile;
    std::vector<std::string_view> wanted;
  };
  // "External properties restrictions" of the two classes in the model of 3.0.1.
  const std::array<Row, 2> rows = {
      {{"ai_AIPackage",
        "ai",
        {"releaseTime", "software_downloadLocation", "software_packageVersion",
         "software_primaryPurpose", "suppliedBy"}},
       {"dataset_DatasetPackage",
        "dataset",
        {"builtTime", "originatedBy", "releaseTime", "software_downloadLocation",
         "software_primaryPurpose"}}}};
  std::vector<ProfileGap> out;
  for (const auto& element : draft.graph.elements()) {
    for (const auto& row : rows) {
      if (text(element, "type") != row.type) continue;
      ProfileGap gap{std::string(row.profile), text(element, "name"), {}};
      for (const auto key : row.wanted) {
        if (!element.contains(key)) gap.missing.emplace_back(key);
      }
      if (!gap.missing.empty()) out.push_back(std::move(gap));
    }
  }
  return out;
}

// "extension" is never among them: in the context of 3.0.1 the word is the member of that name, so
// the JSON Schema takes it and the SHACL shapes do not.
std::vector<std::string> profiles(const Json& graph) {
  std::set<std::string, std::less<>> found = {"core", "software"};
  for (const auto& element : items(graph)) {
    const auto& type = text(element, "type");
    if (type == "ai_AIPackage") found.insert("ai");
    if (type == "build_Build") found.insert("build");
    if (type == "dataset_DatasetPackage") found.insert("dataset");
    if (type == "simplelicensing_LicenseExpression") found.insert("simpleLicensing");
    if (type == "expandedlicensing_CustomLicense") found.insert("expandedLicensing");
    for (const auto& to : items(member(element, "to"))) {
      if (text(to) == spdx::kNoAssertionLicense) found.insert("expandedLicensing");
    }
  }
  return {found.begin(), found.end()};
}

// The two collections name what they hold.
void fill_collections(Json& document, const Draft& draft, const std::vector<std::string>& roots) {
  auto& graph = document["@graph"];
  const auto conformance = profiles(graph);
  Json all = Json::array();
  Json artifacts = Json::array();
  Json* outer = nullptr;
  Json* inner = nullptr;
  for (auto& element : graph) {
    const auto id = spdx::id_of(element);
    if (id == draft.document_id) outer = &element;
    if (id == draft.sbom_id) inner = &element;
    if (id.empty() || id == draft.document_id) continue;
    all.push_back(id);
    if (element.contains("software_primaryPurpose")) artifacts.push_back(id);
  }
  if (outer == nullptr || inner == nullptr) return;
  (*outer)["element"] = std::move(all);
  (*outer)["rootElement"] = Json::array({draft.sbom_id});
  (*outer)["profileConformance"] = conformance;
  spdx::set_text(*outer, "name", draft.model_name);
  if (roots.empty()) return;
  (*inner)["element"] = std::move(artifacts);
  (*inner)["rootElement"] = roots;
}

// A signature is over the CycloneDX document; nobody could check it here.
std::vector<spdx::Source::Rest> kept(const std::vector<spdx::Source::Rest>& rest,
                                     std::vector<Unmapped>& unmapped) {
  std::vector<spdx::Source::Rest> out;
  for (const auto& each : rest) {
    const bool signature = each.pointer.ends_with("/signature");
    unmapped.push_back({each.pointer, !signature});
    if (!signature) out.push_back(each);
  }
  return out;
}

}  // namespace

Result<SpdxOutcome> to_spdx(const Json& bom, const SpdxInput& input) {
  TRY(must_be_valid(bom));
  const auto uuid = serial_uuid(bom);
  const auto version = version_of(bom);
  Draft draft(bom, std::string(spdx::kIdPrefix) + uuid + "/" + version,
              "urn:cdx:" + uuid + "/" + version);
  const auto created = TRY(creation_time(draft, input));
  begin(draft, uuid, version);
  add_creators(draft, input, created);
  const auto roots = add_parts(draft);
  if (const auto* model = draft.graph.find_element(draft.model_id); model != nullptr)
    draft.model_name = text(*model, "name");
  add_supplier(draft);
  add_document_members(draft);
  add_builds(draft);
  add_relations(draft);
  add_annotations(draft);
  SpdxOutcome out;
  add_rest(draft, kept(draft.source.rest(), out.unmapped));
  out.gaps = profile_gaps(draft);
  out.document = draft.graph.finish();
  fill_collections(out.document, draft, roots);
  out.elements = out.document["@graph"].size();
  TRY(spdx::check_spdx(out.document).with("made an invalid SPDX document, please report this"));
  return out;
}

}  // namespace mpk::aibom
