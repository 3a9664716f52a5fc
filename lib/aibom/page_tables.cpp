// Evaluations, licences and datasets as tables.
#include "aibom/draft.hpp"
#include "aibom/lookup.hpp"
#include "aibom/page_parts.hpp"
#include "aibom/page_text.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>

namespace mpk::aibom {
namespace {

std::string joined(const Json& list, const char* key = nullptr) {
  std::vector<std::string> words;
  for (const auto& each : items(list)) {
    const auto& word = key == nullptr ? text(each) : text(each, key);
    if (!word.empty()) words.push_back(word);
  }
  return escape(join(words, ", "), 1000);
}

// "owner: Acme, steward: Jo"
std::string governance(const Json& data) {
  std::vector<std::string> words;
  for (const auto& [list, role] :
       {std::pair{"owners", "owner"}, {"stewards", "steward"}, {"custodians", "custodian"}}) {
    for (const auto& each : items(member(member(data, "governance"), list))) {
      const auto& organization = text(member(each, "organization"), "name");
      const auto& contact = text(member(each, "contact"), "name");
      words.push_back(std::string(role) + ": " + (organization.empty() ? contact : organization));
    }
  }
  return escape(join(words, ", "), 1000);
}

void add_licenses(std::vector<Row>& rows, const Json& component, const std::string& relation,
                  std::size_t depth = 0) {
  if (depth > 8 || rows.size() > kShownRows) return;
  auto names = licenses_of(component);
  rows.push_back({"<bdi>" + escape(full_name(component)) + "</bdi>", relation,
                  names.empty() ? "none stated" : names});
  for (const auto& base : items(member(member(component, "pedigree"), "ancestors")))
    add_licenses(rows, base, "base model", depth + 1);
}

}  // namespace

std::string licenses_of(const Json& component) {
  std::string out;
  const auto add = [&](const std::string& name, const std::string& url, const std::string& how) {
    if (name.empty()) return;
    if (!out.empty()) out += ", ";
    out += "<bdi>" + escape(name) + "</bdi>";
    if (!how.empty()) out += " <span class=\"note\">(" + escape(how, 40) + ")</span>";
    if (!url.empty()) out += " " + link(url);
  };
  for (const auto& entry : items(member(component, "licenses"))) {
    const auto& license = member(entry, "license");
    const auto& id = text(license, "id");
    add(id.empty() ? text(license, "name") : id, text(license, "url"),
        text(license, "acknowledgement"));
    add(text(entry, "expression"), "", text(entry, "acknowledgement"));
  }
  return out;
}

std::string evaluations_section(const PageView& view) {
  const auto& metrics =
      member(member(member(view.model, "modelCard"), "quantitativeAnalysis"), "performanceMetrics");
  const auto pointer =
      std::string(kModelPointer) + "/modelCard/quantitativeAnalysis/performanceMetrics/";
  std::vector<Row> rows;
  std::size_t index = 0;
  for (const auto& metric : items(metrics)) {
    auto value = escape(text(metric, "value"));
    const auto& interval = member(metric, "confidenceInterval");
    if (!text(interval, "lowerBound").empty() || !text(interval, "upperBound").empty()) {
      value += " (" + escape(text(interval, "lowerBound"), 40) + " to " +
               escape(text(interval, "upperBound"), 40) + ")";
    }
    rows.push_back({escape(text(metric, "type")), value, escape(text(metric, "slice")),
                    tier_mark(view, pointer + std::to_string(index++))});
  }
  if (rows.empty()) return "<p>The document names none.</p>\n";
  return html_table("Results", {"Metric", "Value", "On", "Tier"}, rows);
}

std::string licenses_section(const PageView& view) {
  std::vector<Row> rows;
  add_licenses(rows, view.model, "this model");
  for (const auto* dataset : named_datasets(view)) {
    auto names = licenses_of(*dataset);
    rows.push_back({"<bdi>" + escape(full_name(*dataset)) + "</bdi>", "dataset",
                    names.empty() ? "none stated" : names});
  }
  return html_table("Licences of the model and of what it is made from", {"Of", "Is", "Licence"},
                    rows);
}

std::vector<const Json*> named_datasets(const PageView& view) {
  std::map<std::string_view, const Json*> by_ref;
  each_component(member(view.bom, "components"), [&](const Json& component) {
    if (const auto& ref = text(component, "bom-ref"); !ref.empty()) by_ref.emplace(ref, &component);
  });
  std::vector<const Json*> out;
  const auto& parameters = member(member(view.model, "modelCard"), "modelParameters");
  for (const auto& dataset : items(member(parameters, "datasets"))) {
    const auto found = by_ref.find(text(dataset, "ref"));
    if (found != by_ref.end()) {
      out.push_back(found->second);
    } else if (!text(dataset, "name").empty()) {
      out.push_back(&dataset);
    }
  }
  return out;
}

std::string datasets_section(const PageView& view) {
  std::vector<Row> rows;
  for (const auto* dataset : named_datasets(view)) {
    // Inline data has these members itself, a component of type data has them in its "data".
    const auto& list = items(member(*dataset, "data"));
    const auto& data = list.empty() ? *dataset : list.front();
    std::string digest;
    for (const auto& hash : items(member(*dataset, "hashes"))) {
      digest += "<code>" + escape(text(hash, "alg"), 20) + " " + escape(text(hash, "content")) +
                "</code> ";
    }
    rows.push_back({"<bdi>" + escape(full_name(*dataset)) + "</bdi>",
                    escape(text(*dataset, "version")), escape(text(data, "classification")),
                    joined(member(data, "sensitiveData")), governance(data),
                    link(text(member(data, "contents"), "url")), digest});
  }
  if (rows.empty()) return "<p>The document names no dataset.</p>\n";
  // A column that says nothing anywhere only takes room.
  std::vector<std::string> titles;
  const std::vector<std::string> all = {"Dataset",     "Version", "Class", "Sensitive",
                                        "Governed by", "From",    "Digest"};
  std::vector<Row> kept(rows.size());
  for (std::size_t c = 0; c < all.size(); ++c) {
    bool empty = true;
    for (const auto& row : rows) empty = empty && row[c].empty();
    if (empty) continue;
    titles.push_back(all[c]);
    for (std::size_t r = 0; r < rows.size(); ++r) kept[r].push_back(rows[r][c]);
  }
  return html_table("Datasets", titles, kept);
}

}  // namespace mpk::aibom
