// Tensors by type as bars, and which weight file holds how many.
#include "aibom/draft.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/page_parts.hpp"
#include "aibom/page_text.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace mpk::aibom {
namespace {

constexpr std::size_t kBars = 24;  // there are about forty types in all

struct Type {
  std::string name;
  std::uint64_t tensors;
};

std::vector<Type> histogram(const Json& component) {
  std::vector<Type> out;
  const auto prefix = own(kTensors) + ":";
  for (const auto& each : items(member(component, "properties"))) {
    const auto& name = text(each, "name");
    const auto count = parse_u64(text(each, "value"));
    if (name.starts_with(prefix) && count) out.push_back({name.substr(prefix.size()), *count});
  }
  std::ranges::stable_sort(out, std::greater{}, &Type::tensors);
  return out;
}

// In doubles: a hostile document may name counts whose sum does not fit.
std::string bars(const std::vector<Type>& types) {
  double total = 0;
  for (const auto& type : types) total += static_cast<double>(type.tensors);
  const auto shown = std::min(types.size(), kBars);
  std::vector<std::string> words;
  std::string rows;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [name, tensors] = types[i];
    const auto share = total > 0 ? static_cast<double>(tensors) / total : 0;
    const auto width = std::max(static_cast<int>(share * 140), tensors > 0 ? 2 : 0);
    const auto percent = std::to_string(std::lround(share * 100)) + " %";
    const auto y = std::to_string(i * 26);
    rows.append("<g transform=\"translate(0 ").append(y);
    rows.append(")\"><text x=\"0\" y=\"15\" font-size=\"12.5\">").append(escape(name, 12));
    rows.append(
        "</text><rect class=\"track\" x=\"72\" y=\"3\" width=\"140\" height=\"16\" rx=\"3\"/>"
        "<rect class=\"bar\" x=\"72\" y=\"3\" width=\"");
    rows.append(std::to_string(width));
    rows.append(
        "\" height=\"16\" rx=\"3\"/><text class=\"quiet\" x=\"220\" y=\"15\" font-size=\"12\">");
    rows.append(std::to_string(tensors)).append(" · ").append(percent).append("</text></g>\n");
    words.push_back(std::to_string(tensors) + " of type " + name);
  }
  return "<figure><svg viewBox=\"0 0 300 " + std::to_string(shown * 26) +
         "\" role=\"img\" aria-label=\"Tensors: " + escape(join(words, ", "), 1500) + "\">\n" +
         rows + "</svg></figure>\n";
}

std::string list_of(const std::vector<Type>& types) {
  std::vector<std::string> words;
  for (const auto& type : types) words.push_back(type.name + " " + std::to_string(type.tensors));
  return escape(join(words, ", "));
}

}  // namespace

std::string tensors_section(const PageView& view) {
  const auto types = histogram(view.model);
  std::vector<Row> rows;
  each_component(member(view.model, "components"), [&](const Json& file) {
    const auto& tensors = property(file, own(kTensors));
    if (tensors.empty() || rows.size() > kShownRows) return;
    rows.push_back({"<span class=\"code\">" + escape(text(file, "name")) + "</span>",
                    escape(tensors), list_of(histogram(file)),
                    escape(property(file, own(kParameters)))});
  });
  if (types.empty() && rows.empty()) return {};
  std::string out;
  if (!types.empty()) {
    out += "<p>" + escape(property(view.model, own(kTensors))) + " tensors, by type" +
           property_tier(view, view.model, own(kTensors), kModelPointer) + "</p>\n" + bars(types);
  }
  return out + html_table("Weight files", {"File", "Tensors", "Types", "Parameters"}, rows, 4);
}

}  // namespace mpk::aibom
