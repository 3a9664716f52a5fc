// The sections of the page that shows a document; each is HTML, empty when there is nothing to say.
// Internal to aibom/.
#pragma once

#include "aibom/told_tiers.hpp"
#include "json/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

/// What all sections read. Points into the document.
struct PageView {
  const Json& bom;
  const Json& model;  // subject()
  ToldTiers tiers;
};

/// The mark of a tier: a shape, a colour and the word; empty for a fact without one.
std::string tier_mark(const PageView& view, std::string_view pointer);
/// Of the property of this name in `owner`, whose properties stand at `pointer`.
std::string property_tier(const PageView& view, const Json& owner, std::string_view name,
                          std::string_view pointer);
/// The shapes that the marks use, to be put into a page once.
std::string mark_shapes();
/// What the marks mean, how many facts have which, and the facts one by one.
std::string tiers_section(const PageView& view);

/// Licence names of a component, comma-separated, with links; empty when it has none.
std::string licenses_of(const Json& component);
/// "group/name", or the name.
std::string full_name(const Json& component);

/// Name, version, and the facts that a person picks a model by.
std::string page_header(const PageView& view);
std::string summary_section(const PageView& view);
std::string findings_section(const PageView& view);
/// Inline SVG: what the model is made from above it, what is made from it below.
std::string lineage_section(const PageView& view);
/// Inline SVG: tensors by type; the weight files as a table.
std::string tensors_section(const PageView& view);
std::string evaluations_section(const PageView& view);
std::string licenses_section(const PageView& view);
std::string datasets_section(const PageView& view);
/// Services: servers, their tools, scopes and hints; none: empty.
std::string agents_section(const PageView& view);
std::string use_section(const PageView& view);
std::string parameters_section(const PageView& view);
std::string files_section(const PageView& view);
std::string document_section(const PageView& view);

/// Datasets that the model names, as components or as inline data.
std::vector<const Json*> named_datasets(const PageView& view);

/// The whole style of the page.
std::string_view page_style();

}  // namespace mpk::aibom
