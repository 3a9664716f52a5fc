// Licences by SPDX expression (SPDX 3.0.1, annex "SPDX license expressions").
#include "aibom/lookup.hpp"
#include "aibom/spdx_expression.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "policy/aibom_parts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::policy {
namespace {

using aibom::items;
using aibom::member;
using aibom::text;

constexpr Fault kDenied{"license-denied", "a licence is denied",
                        "take a model under another licence, or correct aibom.licenses"};
constexpr Fault kNotAllowed{"license-not-allowed", "a licence that the policy does not name",
                            "add it to aibom.licenses.allow if it is accepted"};
constexpr Fault kUnknown{"license-unknown", "no licence that SPDX knows",
                         "state an SPDX licence, or name it in aibom.licenses.allow as "
                         "LicenseRef-NAME"};

// In this order: of alternatives the best counts.
enum Worth : int { denied, not_allowed, unknown, allowed };

constexpr std::string_view kReference = "LicenseRef-";

// "llama 3.1" → "LicenseRef-llama-3.1": names that are no SPDX id are listed so.
std::string reference_to(std::string_view name) {
  std::string out(kReference);
  for (const char c : name) out += is_letter_or_digit(c) || c == '.' ? c : '-';
  return out;
}

// Ids are compared without case (the annex, "Case sensitivity").
bool is_same(std::string_view listed, std::string_view found) {
  return iequals_ascii(listed, found) || iequals_ascii(listed, reference_to(found)) ||
         (found.ends_with('+') && iequals_ascii(listed, found.substr(0, found.size() - 1)));
}

// SPDX's deprecated GPL-3.0 says neither -only nor -or-later: it may be what was denied.
bool may_be(std::string_view one, std::string_view other) {
  for (const std::string_view suffix : {"-only", "-or-later"}) {
    if (iequals_ascii(one, std::string(other).append(suffix))) return true;
  }
  return false;
}

bool is_listed_by_spdx(std::string_view part) {
  if (part.starts_with("DocumentRef-") || part.starts_with(kReference) ||
      part.starts_with("AdditionRef-"))
    return false;
  return aibom::is_spdx_expression(part) ||
         aibom::is_spdx_expression(std::string("MIT WITH ").append(part));
}

class Judge {
 public:
  Judge(const LicenseRule& rule, Judgement& judged) : rule_(rule), judged_(judged) {}

  void component(const Json& owner, const std::string& name, bool must_have) {
    const auto& entries = items(member(owner, "licenses"));
    if (entries.empty() && must_have) refuse(unknown, "none", name);
    for (const auto& entry : entries) {
      ++count_;
      const auto& license = member(entry, "license");
      auto words = text(license, "id");
      if (words.empty()) words = text(license, "name");
      if (words.empty()) words = text(entry, "expression");
      refuse(worth(words), words.empty() ? "none" : words, name);
    }
  }
  std::size_t count() const { return count_; }

 private:
  std::optional<int> listed(std::string_view id) const {
    const auto is_denied = [&](const std::string& each) {
      return is_same(each, id) || may_be(each, id) || may_be(id, each);
    };
    if (std::ranges::any_of(rule_.denied, is_denied)) return denied;
    const auto is_allowed = [&](const std::string& each) { return is_same(each, id); };
    if (std::ranges::any_of(rule_.allowed, is_allowed)) return allowed;
    return std::nullopt;
  }

  int part(std::string_view id) const {
    if (const auto found = listed(id)) return *found;
    if (!is_listed_by_spdx(id)) return unknown;
    return rule_.allowed.empty() ? allowed : not_allowed;
  }

  // A name may be an expression as well: 1.6 has no other place for one beside a second licence.
  int worth(const std::string& words) const {
    if (const auto found = listed(words)) return *found;
    const auto out =
        aibom::worth_of_expression(words, [&](std::string_view id) { return part(id); });
    return out ? *out : unknown;
  }

  void refuse(int worth, const std::string& words, const std::string& of) {
    const auto found = words + " of " + of;
    if (worth == denied) {
      judged_.refuse(kDenied, found, {"none of " + join(rule_.denied, ", ")});
    } else if (worth == not_allowed) {
      judged_.refuse(kNotAllowed, found, rule_.allowed);
    } else if (worth == unknown && !rule_.unknown) {
      judged_.refuse(kUnknown, found, rule_.allowed);
    }
  }

  const LicenseRule& rule_;
  Judgement& judged_;
  std::size_t count_ = 0;
};

std::string name_of(const Json& component) {
  const auto &group = text(component, "group"), &name = text(component, "name");
  if (name.empty()) return "a model without a name";
  return group.empty() ? name : group + "/" + name;
}

}  // namespace

std::size_t judge_licenses(const LicenseRule& rule, const Json& bom, Judgement& judged) {
  Judge judge(rule, judged);
  const auto& model = aibom::subject(bom);
  judge.component(model, "the model", true);
  std::vector<const Json*> models{&model};
  const auto inside = [&](const Json& component) {
    if (&component == &model || text(component, "type") != "machine-learning-model") return;
    // What says no licence is under its whole's.
    judge.component(component, name_of(component), false);
    models.push_back(&component);
  };
  const auto& about = member(member(bom, "metadata"), "component");
  if (&about != &model) inside(about);
  aibom::each_component(member(about, "components"), inside);
  aibom::each_component(member(bom, "components"), inside);
  while (rule.pedigree && !models.empty()) {
    const auto& ancestors = items(member(member(*models.back(), "pedigree"), "ancestors"));
    models.pop_back();
    for (const auto& base : ancestors) {
      judge.component(base, "the base model " + name_of(base), true);
      models.push_back(&base);
    }
  }
  return judge.count();
}

}  // namespace mpk::policy
