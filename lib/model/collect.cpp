// Adding to a ModelInfo: first source wins, nothing twice, contradictions become findings.
#include "model/collect.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace mpk::model {
namespace {

int rank(Tier tier) {
  switch (tier) {
    case Tier::verified:
      return 2;
    case Tier::declared:
      return 1;
    case Tier::inferred:
      return 0;
  }
  return 0;
}

}  // namespace

void set_if_empty(std::string& target, std::string_view value) {
  if (target.empty()) target = value;
}

void add_unique(std::vector<std::string>& list, std::string_view value) {
  if (value.empty() || list.size() >= kListItems) return;
  if (std::find(list.begin(), list.end(), value) == list.end()) list.emplace_back(value);
}

void add_fact(ModelInfo& info, Fact fact) {
  if (fact.value.empty()) return;
  const auto known = std::find_if(info.hyperparameters.begin(), info.hyperparameters.end(),
                                  [&](const Fact& other) { return other.name == fact.name; });
  if (known == info.hyperparameters.end()) {
    info.hyperparameters.push_back(std::move(fact));
    return;
  }
  if (known->value != fact.value) {
    add_finding(info, Severity::medium, "hyperparameter-contradicts", fact.source,
                fact.name + " is " + printable(fact.value, 80) + " here, " +
                    printable(known->value, 80) + " in " + printable(known->source, 200),
                "make both say the same", fact.pointer);
  }
  if (rank(fact.tier) > rank(known->tier)) *known = std::move(fact);
}

const Fact* find_fact(const ModelInfo& info, std::string_view name) {
  for (const Fact& fact : info.hyperparameters) {
    if (fact.name == name) return &fact;
  }
  return nullptr;
}

void add_finding(ModelInfo& info, Severity severity, std::string code, std::string path,
                 std::string message, std::string fix, std::string pointer) {
  info.findings.push_back({severity, std::move(code), std::move(path), std::move(message),
                           std::move(fix), std::move(pointer)});
}

void sort_findings(ModelInfo& info) {
  std::sort(info.findings.begin(), info.findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(b.severity, a.code, a.path, a.message) <
           std::tie(a.severity, b.code, b.path, b.message);
  });
}

void add_license(ModelInfo& info, License license) {
  if (license.spdx_id.empty() && license.name.empty()) return;
  for (const License& known : info.licenses) {
    const bool same =
        license.spdx_id.empty() ? known.name == license.name : known.spdx_id == license.spdx_id;
    if (same && known.tier == license.tier) return;
  }
  info.licenses.push_back(std::move(license));
}

void add_base_model(ModelInfo& info, BaseModel base) {
  if (base.name.empty()) return;
  for (BaseModel& known : info.base_models) {
    if (known.name != base.name) continue;
    set_if_empty(known.relation, base.relation);
    set_if_empty(known.revision, base.revision);
    return;
  }
  info.base_models.push_back(std::move(base));
}

void add_dataset(ModelInfo& info, std::string_view name, const std::string& source) {
  if (name.empty()) return;
  for (const Dataset& known : info.datasets) {
    if (known.name == name) return;
  }
  info.datasets.push_back({std::string(name), source});
}

std::string cut(std::string_view text, std::size_t max) {
  if (text.size() > max) {
    while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xc0U) == 0x80U) --max;
    text = text.substr(0, max);
  }
  return std::string(text);
}

std::string scalar_text(const Json& value) {
  if (value.is_string()) return cut(value.get_ref<const std::string&>(), kShortText);
  if (value.is_number() || value.is_boolean()) return json::compact(value);
  return {};
}

std::vector<std::string> string_or_list(const Json& object, std::string_view key) {
  std::vector<std::string> out;
  const auto member = object.find(key);
  if (member == object.end()) return out;
  if (member->is_string()) add_unique(out, string_member(object, key));
  if (!member->is_array()) return out;
  for (const Json& item : *member) {
    if (item.is_string()) add_unique(out, cut(item.get_ref<const std::string&>(), kShortText));
  }
  return out;
}

std::string string_member(const Json& object, std::string_view key) {
  const auto member = object.find(key);
  if (member == object.end() || !member->is_string()) return {};
  return cut(member->get_ref<const std::string&>(), kShortText);
}

}  // namespace mpk::model
