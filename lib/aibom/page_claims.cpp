// Claims about the model: what is said, by whom, on which evidence, and what it had to reach.
#include "aibom/lookup.hpp"
#include "aibom/page_parts.hpp"
#include "aibom/page_text.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {
namespace {

using ByRef = std::map<std::string_view, const Json*>;

ByRef by_ref(const Json& list) {
  ByRef out;
  for (const auto& each : items(list)) {
    if (const auto& ref = text(each, "bom-ref"); !ref.empty()) out.emplace(ref, &each);
  }
  return out;
}

std::string evidence_of(const Json& claim, const ByRef& evidence) {
  std::string out;
  for (const auto& ref : items(member(claim, "evidence"))) {
    const auto found = evidence.find(text(ref));
    if (found == evidence.end()) continue;
    std::vector<std::string> words;
    for (const auto& word :
         {text(*found->second, "description"), text(member(*found->second, "author"), "name"),
          text(*found->second, "created")}) {
      if (!word.empty()) words.push_back(word);
    }
    if (!out.empty()) out += "<br>";
    out += escape(join(words, ", "), 600);
    for (const auto& data : items(member(*found->second, "data"))) {
      const auto& url = text(member(data, "contents"), "url");
      if (!url.empty()) out += " " + link(url);
    }
  }
  for (const auto& reference : items(member(claim, "externalReferences")))
    out += (out.empty() ? "" : " ") + link(text(reference, "url"));
  return out;
}

// "met" or "not met", by the claim's bom-ref.
std::map<std::string_view, std::string> conformance(const Json& declarations) {
  std::map<std::string_view, std::string> out;
  for (const auto& attestation : items(member(declarations, "attestations"))) {
    for (const auto& entry : items(member(attestation, "map"))) {
      const auto& score = member(member(entry, "conformance"), "score");
      if (!score.is_number()) continue;
      const auto value = score.get<double>();
      auto word = value >= 1 ? "met" : value <= 0 ? "not met" : "partly met";
      for (const auto& ref : items(member(entry, "claims"))) out.emplace(text(ref), word);
    }
  }
  return out;
}

}  // namespace

std::string claims_section(const PageView& view) {
  const auto& declarations = member(view.bom, "declarations");
  const auto evidence = by_ref(member(declarations, "evidence"));
  const auto met = conformance(declarations);
  std::vector<Row> rows;
  std::size_t index = 0;
  for (const auto& claim : items(member(declarations, "claims"))) {
    const auto found = met.find(text(claim, "bom-ref"));
    rows.push_back({escape(text(claim, "predicate"), 600),
                    found == met.end() ? std::string() : escape(found->second),
                    evidence_of(claim, evidence),
                    tier_mark(view, "/declarations/claims/" + std::to_string(index++))});
  }
  if (rows.empty()) return {};
  return html_table("What is claimed of the model", {"Claim", "Requirement", "Evidence", "Tier"},
                    rows);
}

}  // namespace mpk::aibom
