// The parts of an SPDX document in the making; each takes what it knows from the CycloneDX one.
// Internal to aibom/.
#pragma once

#include "aibom/spdx_graph.hpp"
#include "aibom/spdx_source.hpp"
#include "json/value.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::aibom::spdx {

struct Draft {
  Draft(const Json& bom, std::string base, std::string link)
      : source(bom), graph(std::move(base)), bom_link(std::move(link)) {}

  Source source;
  Graph graph;
  std::string bom_link;                                      // "urn:cdx:<uuid>/<version>"
  std::map<std::string, std::string, std::less<>> refs;      // bom-ref → spdxId
  std::map<std::string, std::string, std::less<>> files;     // name of a file → spdxId
  std::map<std::string, std::string, std::less<>> datasets;  // name of a dataset → spdxId
  std::map<std::string, std::string, std::less<>> agents;    // what it says → spdxId
  std::map<std::string, std::string, std::less<>> licenses;  // likewise
  std::string document_id, sbom_id;
  std::string model_id, model_name;  // what the document is about; may be empty
};

// Agents.
/// An organizationalEntity, organizationalContact; "" when it has no name that SPDX could show.
std::string organization(Draft& draft, const Json& entity);
std::string person(Draft& draft, const Json& contact);
/// From a bare name, as publisher and author are.
std::string named_agent(Draft& draft, std::string_view type, const std::string& name);
/// Tools of metadata.tools in each of its forms.
std::vector<std::string> tools(Draft& draft);

// Of any element.
/// An absolute URI, which xsd:anyURI is here everywhere.
bool is_uri(std::string_view text);
/// hashes, purl, cpe, swid, swhid, omniborId.
void add_identity(Draft& draft, const Json& part, Json& element);
/// externalReferences; of a package also its download location and home page.
void add_references(Draft& draft, const Json& part, Json& element);
/// properties, word for word, as SPDX's CdxPropertiesExtension; those of mpk's tiers and findings
/// become annotations.
void add_properties(Draft& draft, const Json& part, Json& element);

// Licences.
/// `required`: NoAssertion where nothing is said, as the ai and dataset profiles ask for.
void add_licenses(Draft& draft, const Json& part, const std::string& from, bool required);
/// The first of a list, for the document itself; "" when there is none.
std::string one_license(Draft& draft, const Json& list);

// Components and services, with everything below them. `pointer` names what has no bom-ref.
std::string add_component(Draft& draft, const Json& component, const std::string& pointer);
std::string add_service(Draft& draft, const Json& service, const std::string& pointer);
void fill_model(Draft& draft, const Json& component, Json& element);
/// Inline datasets become packages.
void add_model_datasets(Draft& draft, const Json& component, const std::string& id,
                        const std::string& pointer);
/// `data`: the items of component.data.
void fill_dataset(Draft& draft, const Json& data, Json& element);

/// formulation: its components and workflows, after all that these name.
void add_builds(Draft& draft);
/// dependencies, compositions, datasets of evaluations.
void add_relations(Draft& draft);
/// CycloneDX annotations, tiers, findings.
void add_annotations(Draft& draft);
/// What nobody used, in one annotation for each element that it belongs to. Last.
void add_rest(Draft& draft, const std::vector<Source::Rest>& rest);

}  // namespace mpk::aibom::spdx
