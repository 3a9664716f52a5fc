// score: each element's standing, then the profile's arithmetic.
#include "aibom/score.hpp"

#include "aibom/lookup.hpp"
#include "aibom/placeholder.hpp"
#include "aibom/score_locate.hpp"
#include "aibom/score_profiles.hpp"
#include "aibom/told_tiers.hpp"
#include "base/text.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace mpk::aibom {
namespace {

constexpr std::string_view kVerified = "verified";
constexpr std::string_view kSignature = "/signature";
constexpr std::string_view kAnyDataset = "[{name: …";

// Of the value itself or the nearest around it; else of everything below it.
bool is_verified(const ToldTiers& tiers, const std::string& pointer) {
  for (auto at = pointer; !at.empty(); at.resize(at.rfind('/'))) {
    if (auto found = tiers.find(at); found != tiers.end()) return found->second.tier == kVerified;
  }
  bool any = false;
  const auto below = pointer + "/";
  for (auto it = tiers.lower_bound(below); it != tiers.end() && it->first.starts_with(below);
       ++it) {
    if (it->second.tier != kVerified) return false;
    any = true;
  }
  return any;
}

class Judge {
 public:
  Judge(const Json& bom, bool signed_outside)
      : bom_(bom), subject_(find_subject(bom)), tiers_(told_tiers(bom)), signed_(signed_outside) {}

  ElementScore judge(const Element& element) const {
    ElementScore best{.element = &element, .standing = Standing::missing, .pointer = {}, .add = {}};
    if (signed_ && element.where == kSignature) {
      best.standing = Standing::verified;
      return best;
    }
    for (auto paths = element.where; !paths.empty();) {
      const auto end = paths.find(" | ");
      auto one = judge(element, paths.substr(0, end));
      if (best.pointer.empty() || one.standing < best.standing) best = std::move(one);
      paths = end == std::string_view::npos ? std::string_view() : paths.substr(end + 3);
    }
    if (best.standing < Standing::placeholder) return best;
    best.add = advice(element, best.pointer);
    return best;
  }

 private:
  // Which of several datasets is meant is part of the line.
  std::string advice(const Element& element, const std::string& pointer) const {
    if (element.line.empty()) return std::string(element.command);
    std::string line(element.line);
    const auto open = line.find(kAnyDataset);
    const auto parts = split(pointer, '/');
    if (open != std::string::npos && parts.size() > 2 && parts[1] == "components") {
      const auto& list = items(member(bom_, "components"));
      const auto index = parse_u64(parts[2]);
      if (index && *index < list.size() && !text(list[*index], "name").empty()) {
        line.replace(open, kAnyDataset.size(),
                     "[{name: " + json::compact(text(list[*index], "name")));
      }
    }
    const auto or_else = element.command.empty() ? "" : std::string(element.command) + "; or ";
    return or_else + "in aibom.yaml: " + line;
  }

  ElementScore judge(const Element& element, std::string_view path) const {
    ElementScore out{.element = &element, .standing = Standing::missing, .pointer = {}, .add = {}};
    const bool each = path.find("/+") != std::string_view::npos;
    bool first = true;
    for (const auto& spot : locate(bom_, subject_, path)) {
      const auto standing = judge(element, spot);
      // Each: the worst counts; any: the best.
      if (first || (each ? standing > out.standing : standing < out.standing)) {
        out.standing = standing;
        out.pointer = spot.pointer;
      }
      first = false;
    }
    if (first) out.pointer = place_of(subject_, path);
    return out;
  }

  Standing judge(const Element& element, const Spotted& spot) const {
    if (spot.value == nullptr) return Standing::missing;
    if (!says_something(*spot.value)) return Standing::placeholder;
    return element.evident || is_verified(tiers_, spot.pointer) ? Standing::verified
                                                                : Standing::declared;
  }

  const Json& bom_;
  Subject subject_;
  ToldTiers tiers_;
  bool signed_;
};

double one_decimal(double value) { return std::round(value * 10) / 10; }

// OWASP aibom-generator: points of a group by the share of its elements, rounded; all times the
// penalty, rounded.
void add_up(Score& score) {
  double verified = 0, total = 0;
  for (const auto& group : score.profile->groups) {
    double there = 0, proven = 0, all = 0;
    for (const auto& each : score.elements) {
      if (each.element->group != group.name) continue;
      ++all;
      there += each.standing <= Standing::declared ? 1 : 0;
      proven += each.standing == Standing::verified ? 1 : 0;
    }
    if (all == 0) continue;
    // Without points of its own a group weighs as much as it has elements.
    const auto points =
        group.points > 0 ? group.points : 100 * all / static_cast<double>(score.elements.size());
    const auto gained = there / all * points;
    total += group.points > 0 ? one_decimal(gained) : gained;
    verified += proven / all * points;
  }
  if (score.profile->penalties) {
    std::size_t critical = 0, important = 0;
    for (const auto& each : score.elements) {
      if (each.standing <= Standing::declared) continue;
      critical += each.element->weight == Weight::critical ? 1 : 0;
      important += each.element->weight == Weight::important ? 1 : 0;
    }
    if (critical > 3) {
      score.penalty *= 0.8;
    } else if (critical >= 2) {
      score.penalty *= 0.9;
    }
    if (important >= 5) score.penalty *= 0.95;
  }
  score.percent = std::clamp(one_decimal(total * score.penalty), 0.0, 100.0);
  score.verified_percent = std::min(one_decimal(verified * score.penalty), score.percent);
  score.declared_percent = one_decimal(score.percent - score.verified_percent);
}

}  // namespace

std::span<const Profile> profiles() {
  static const std::array<Profile, 7> kAll = {owasp_profile(), g7_profile(),   bsi_profile(),
                                              cisa_profile(),  ntia_profile(), eu_xi_profile(),
                                              eu_xii_profile()};
  return kAll;
}

const Profile* find_profile(std::string_view name) {
  const auto found = std::ranges::find(profiles(), name, &Profile::name);
  return found == profiles().end() ? nullptr : &*found;
}

std::string_view to_string(Standing standing) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"verified", "declared", "placeholder", "missing"});
  return kNames.at(static_cast<std::size_t>(standing));
}

Score score_aibom(const Json& bom, const Profile& profile, bool signed_outside) {
  Score out{.profile = &profile, .elements = {}};
  const Judge judge(bom, signed_outside);
  for (const auto& element : profile.elements) {
    out.elements.push_back(judge.judge(element));
    switch (out.elements.back().standing) {
      case Standing::verified:
        ++out.verified;
        break;
      case Standing::declared:
        ++out.declared;
        break;
      case Standing::placeholder:
        ++out.placeholders;
        break;
      case Standing::missing:
        ++out.missing;
        break;
    }
  }
  add_up(out);
  return out;
}

}  // namespace mpk::aibom
