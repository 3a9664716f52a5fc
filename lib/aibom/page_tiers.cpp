// How far facts are proven: marks of three shapes, the count of each, and the list of all.
#include "aibom/build.hpp"
#include "aibom/lookup.hpp"
#include "aibom/page_parts.hpp"
#include "aibom/page_text.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <utility>

namespace mpk::aibom {
namespace {

std::string mark(const ToldTier& told) {
  // `tier` is one of three words, or told_tiers() would not have it.
  const auto source = told.source.empty() ? "" : " by " + escape(told.source);
  return "<span class=\"tier " + told.tier + "\" title=\"" + told.tier + source +
         "\"><svg aria-hidden=\"true\"><use href=\"#" + told.tier + "\"/></svg>" + told.tier +
         "</span>";
}

std::string bar(const Counts& counts) {
  const auto total = counts.verified + counts.declared + counts.inferred;
  constexpr std::size_t kWidth = 300;
  std::string out = "<figure><svg viewBox=\"0 0 300 14\" role=\"img\" aria-label=\"" +
                    std::to_string(counts.verified) + " facts verified, " +
                    std::to_string(counts.declared) + " declared, " +
                    std::to_string(counts.inferred) + " inferred\">";
  std::size_t x = 0;
  for (const auto& [name, count] : {std::pair{"verified", counts.verified},
                                    {"declared", counts.declared},
                                    {"inferred", counts.inferred}}) {
    const auto width = count * kWidth / total;
    if (width > 2) {
      out += "<rect class=\"f-" + std::string(name) + "\" x=\"" + std::to_string(x) +
             "\" width=\"" + std::to_string(width - 2) + "\" height=\"14\" rx=\"2\"><title>" +
             name + ": " + std::to_string(count) + "</title></rect>";
    }
    x += width;
  }
  return out + "</svg></figure>\n";
}

}  // namespace

std::string mark_shapes() {
  return "<svg class=\"shapes\" aria-hidden=\"true\"><defs>"
         "<symbol id=\"verified\" viewBox=\"0 0 10 10\"><path d=\"M1 5.5 4 8.5 9 1.5\" "
         "fill=\"none\" "
         "stroke=\"currentColor\" stroke-width=\"2\"/></symbol>"
         "<symbol id=\"declared\" viewBox=\"0 0 10 10\"><path d=\"M5 1 9 5 5 9 1 5Z\" "
         "fill=\"none\" "
         "stroke=\"currentColor\" stroke-width=\"1.5\"/></symbol>"
         "<symbol id=\"inferred\" viewBox=\"0 0 10 10\"><circle cx=\"5\" cy=\"5\" r=\"3.7\" "
         "fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\" stroke-dasharray=\"2 1.5\"/>"
         "</symbol>"
         "<symbol id=\"problem\" viewBox=\"0 0 10 10\"><path d=\"M5 .8 9.6 9.2H.4Z\" "
         "fill=\"currentColor\"/></symbol>"
         "<symbol id=\"remark\" viewBox=\"0 0 10 10\"><circle cx=\"5\" cy=\"5\" r=\"3\" "
         "fill=\"currentColor\"/></symbol></defs></svg>\n";
}

std::string tier_mark(const PageView& view, std::string_view pointer) {
  const auto found = view.tiers.find(pointer);
  return found == view.tiers.end() ? std::string() : " " + mark(found->second);
}

std::string property_tier(const PageView& view, const Json& owner, std::string_view name,
                          std::string_view pointer) {
  const auto& list = items(member(owner, "properties"));
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (text(list[i], "name") == name)
      return tier_mark(view, std::string(pointer) + "/properties/" + std::to_string(i));
  }
  return {};
}

std::string tiers_section(const PageView& view) {
  if (view.tiers.empty()) return {};
  const auto counts = count_tiers(view.bom);
  std::string out = bar(counts) + "<dl>";
  for (const auto& [tier, count, meaning] :
       {std::tuple{"verified", counts.verified, "read or counted from the bytes of the model"},
        {"declared", counts.declared, "a card, a config or a person says so"},
        {"inferred", counts.inferred, "concluded from other facts"}}) {
    out +=
        "<dt>" + mark({tier, ""}) + "</dt><dd>" + std::to_string(count) + " · " + meaning + "</dd>";
  }
  out += "</dl>\n";
  std::vector<Row> rows;
  for (const auto& [pointer, told] : view.tiers) {
    if (rows.size() > kShownRows) break;
    rows.push_back({escape(fact_name(view.bom, pointer)), mark(told), escape(told.source)});
  }
  return out + html_table("Every fact with its tier", {"Fact", "Tier", "Said by"}, rows, 0);
}

}  // namespace mpk::aibom
