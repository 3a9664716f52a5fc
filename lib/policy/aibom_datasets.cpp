// Datasets of an aiBOM: CycloneDX componentData of type dataset.
#include "aibom/lookup.hpp"
#include "policy/aibom_parts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {
namespace {

using aibom::items;
using aibom::member;
using aibom::text;

constexpr Fault kDenied{"dataset-denied", "a dataset is denied",
                        "train without it, or correct aibom.datasets.deny"};
constexpr Fault kNotAllowed{"dataset-not-allowed", "a dataset that the policy does not name",
                            "add it to aibom.datasets.allow if it is accepted"};
constexpr Fault kNoGovernance{"dataset-without-governance",
                              "a dataset names no custodian, steward or owner",
                              "say who answers for it: docs/training.md"};

// Each party is {organization} or {contact}; one without a name and an address says nobody.
bool names_somebody(const Json& party) {
  for (const auto* kind : {"organization", "contact"}) {
    const auto& who = member(party, kind);
    if (!text(who, "name").empty() || !text(who, "email").empty()) return true;
  }
  return false;
}

bool is_governed(const Json& data) {
  const auto& governance = member(data, "governance");
  return std::ranges::any_of(std::array{"custodians", "stewards", "owners"}, [&](const char* kind) {
    return std::ranges::any_of(items(member(governance, kind)), names_somebody);
  });
}

class Judge {
 public:
  Judge(const DatasetRule& rule, Judgement& judged) : rule_(rule), judged_(judged) {}

  void component(const Json& component) {
    const auto &ref = text(component, "bom-ref"), &group = text(component, "group"),
               &name = text(component, "name"), &purl = text(component, "purl");
    const auto whole = group.empty() ? name : group + "/" + name;
    std::size_t described = 0;
    bool is_named = false;
    for (const auto& data : items(member(component, "data"))) {
      if (text(data, "type") != "dataset") continue;
      ++described;
      // A component may hold several under names of their own.
      const auto& own = text(data, "name");
      const bool other = !own.empty() && own != name && own != whole;
      is_named = is_named || !other;
      judge(other ? std::vector{own, purl} : std::vector{whole, name, purl}, is_governed(data));
    }
    const bool is_meant = !ref.empty() && refs_.contains(ref);
    if (described == 0 && !is_meant) return;
    // Who answers for each of those inside has been asked.
    if (!is_named) judge({whole, name, purl}, described > 0);
    if (!ref.empty()) described_.insert(ref);
  }

  // Those that the card only names, and those that stand in it.
  void card(const Json& datasets) {
    for (const auto& each : items(datasets)) {
      const auto& ref = text(each, "ref");
      if (!ref.empty() && described_.contains(ref)) continue;
      judge({text(each, "name"), ref}, is_governed(each));
    }
  }
  void expect(const Json& datasets) {
    for (const auto& each : items(datasets)) {
      if (const auto& ref = text(each, "ref"); !ref.empty()) refs_.insert(ref);
    }
  }
  std::size_t count() const { return count_; }

 private:
  // One of the names will do to be allowed, and to be denied.
  void judge(const std::vector<std::string>& names, bool governed) {
    ++count_;
    const auto named = std::ranges::find_if(names, [](const auto& name) { return !name.empty(); });
    const auto shown = named == names.end() ? std::string("one without a name") : *named;
    const auto matched = [&](const std::vector<NamePattern>& patterns) {
      return std::ranges::any_of(
          names, [&](const auto& name) { return !name.empty() && any_matches(patterns, name); });
    };
    if (matched(rule_.denied)) {
      judged_.refuse(kDenied, shown, texts(rule_.denied));
    } else if (!rule_.allowed.empty() && !matched(rule_.allowed)) {
      judged_.refuse(kNotAllowed, shown, texts(rule_.allowed));
    }
    if (rule_.governance && !governed) judged_.refuse(kNoGovernance, shown);
  }

  const DatasetRule& rule_;
  Judgement& judged_;
  std::set<std::string, std::less<>> refs_, described_;
  std::size_t count_ = 0;
};

}  // namespace

std::size_t judge_datasets(const DatasetRule& rule, const Json& bom, Judgement& judged) {
  Judge judge(rule, judged);
  const auto& about = member(member(bom, "metadata"), "component");
  const auto each_part = [&](const std::function<void(const Json&)>& visit) {
    visit(about);
    aibom::each_component(member(about, "components"), visit);
    aibom::each_component(member(bom, "components"), visit);
  };
  const auto datasets_of = [](const Json& component) -> const Json& {
    return member(member(member(component, "modelCard"), "modelParameters"), "datasets");
  };
  each_part([&](const Json& component) { judge.expect(datasets_of(component)); });
  each_part([&](const Json& component) { judge.component(component); });
  each_part([&](const Json& component) { judge.card(datasets_of(component)); });
  return judge.count();
}

}  // namespace mpk::policy
