// told_tiers: the mpk:provenance properties of a finished document, read back.
#include "aibom/told_tiers.hpp"

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

constexpr std::string_view kSource = ";source=";

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

}  // namespace

ToldTiers told_tiers(const Json& bom) {
  ToldTiers out;
  const auto prefix = own(kProvenance);
  for (const auto& each :
       items(member(member(member(bom, "metadata"), "component"), "properties"))) {
    const std::string_view name = text(each, "name");
    const std::string_view value = text(each, "value");
    if (!name.starts_with(prefix)) continue;
    const auto cut = value.find(kSource);
    const auto tier = value.substr(0, cut);
    if (!is_tier(tier)) continue;
    const auto source =
        cut == std::string_view::npos ? std::string_view() : value.substr(cut + kSource.size());
    out.emplace(name.substr(prefix.size()), ToldTier{std::string(tier), std::string(source)});
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
