// told_tiers: the tiers of a finished document, read back from properties and citations.
#include "aibom/told_tiers.hpp"

#include "aibom/citations.hpp"
#include "aibom/draft.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "base/text.hpp"
#include "model/info.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace mpk::aibom {
namespace {

bool is_tier(std::string_view word) {
  using model::Tier;
  return std::ranges::any_of(std::array{Tier::verified, Tier::declared, Tier::inferred},
                             [&](Tier tier) { return word == model::to_string(tier); });
}

// RFC 6901 §4: ~1 first, then ~0.
std::string unescaped(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size();
    if (escape && token[i + 1] == '1') {
      out += '/';
      ++i;
    } else if (escape && token[i + 1] == '0') {
      out += '~';
      ++i;
    } else {
      out += token[i];
    }
  }
  return out;
}

std::string name_of(const Json& item, const std::string& index) {
  for (const auto* key : {"name", "alg", "bom-ref", "id", "expression", "type", "ref"}) {
    if (const auto& found = text(item, key); !found.empty()) return found;
  }
  for (const auto* key : {"id", "name"}) {
    if (const auto& found = text(member(item, "license"), key); !found.empty()) return found;
  }
  return index;
}

// One metric may stand there for several datasets.
std::string with_slice(const Json& item, std::string name) {
  if (const auto& slice = text(item, "slice"); !slice.empty()) name += " (" + slice + ")";
  return name;
}

// "<tier>" or "<tier>;source=<file>".
void tell(ToldTiers& out, std::string_view pointer, std::string_view value) {
  const auto cut = value.find(kTierSource);
  const auto tier = value.substr(0, cut);
  if (!is_tier(tier)) return;
  const auto source =
      cut == std::string_view::npos ? std::string_view() : value.substr(cut + kTierSource.size());
  out.emplace(pointer, ToldTier{std::string(tier), std::string(source)});
}

}  // namespace

ToldTiers told_tiers(const Json& bom) {
  ToldTiers out;
  const auto prefix = own(kProvenance);
  for (const auto& each :
       items(member(member(member(bom, "metadata"), "component"), "properties"))) {
    const std::string_view name = text(each, "name");
    if (name.starts_with(prefix)) tell(out, name.substr(prefix.size()), text(each, "value"));
  }
  for (const auto& citation : items(member(bom, "citations"))) {
    const std::string_view note = text(citation, "note");
    if (!note.starts_with(kCitationNote)) continue;
    for (const auto& pointer : items(member(citation, "pointers")))
      if (pointer.is_string()) tell(out, text(pointer), note.substr(kCitationNote.size()));
  }
  return out;
}

std::string fact_name(const Json& bom, std::string_view pointer) {
  const std::string_view model = kModelPointer;
  std::string_view rest = pointer;
  const Json* at = &bom;
  if (rest.starts_with(model) && rest.size() > model.size() && rest[model.size()] == '/') {
    rest.remove_prefix(model.size());
    at = &member(member(bom, "metadata"), "component");
  }
  std::vector<std::string> words;
  for (const auto token : split(rest, '/')) {
    if (token.empty()) continue;
    auto word = unescaped(token);
    if (at->is_array()) {
      const auto index = parse_u64(word);
      const auto& list = items(*at);
      if (index && *index < list.size()) {
        at = &list[*index];
        word = with_slice(*at, name_of(*at, word));
      }
    } else {
      at = &member(*at, word);
    }
    words.push_back(std::move(word));
  }
  return join(words, "/");
}

}  // namespace mpk::aibom
