// What the model is, is made of and may be used for: facts that stand in one place.
#include "aibom/agree.hpp"
#include "aibom/compare_parts.hpp"
#include "aibom/lookup.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/page_parts.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace mpk::aibom {
namespace {

constexpr std::string_view kHyperparameter = "cdx:ai-ml:model:hyperparameter:";
constexpr std::string_view kTokenizer = "cdx:ai-ml:tokenizer:hyperparameter:";

// Those under `prefix`, without it; a name that is there twice has both values.
Said properties(const Json& owner, std::string_view prefix) {
  Said out;
  for (const auto& each : items(member(owner, "properties"))) {
    const auto& name = text(each, "name");
    // A fact of its own.
    if (!name.starts_with(prefix) || name == std::string(kHyperparameter) + "quantization")
      continue;
    auto& value = out[name.substr(prefix.size())];
    value += (value.empty() ? "" : ", ") + text(each, "value");
  }
  return out;
}

std::string digest(const Json& component) {
  const auto& hashes = items(member(component, "hashes"));
  return hashes.empty() ? std::string()
                        : text(hashes.front(), "alg") + ":" + text(hashes.front(), "content");
}

// Version and digest: what tells one state of a thing from another.
std::string state(const Json& component) {
  std::vector<std::string> words;
  for (const auto& word : {text(component, "version"), digest(component)}) {
    if (!word.empty()) words.push_back(word);
  }
  return join(words, " ");
}

Said datasets(const Json& bom) {
  Said out;
  const PageView view{bom, subject(bom), {}};
  for (const auto* dataset : named_datasets(view)) {
    const auto& list = items(member(*dataset, "data"));
    const auto& data = list.empty() ? *dataset : list.front();
    auto said = state(*dataset);
    for (const auto& word : {text(data, "classification"), text(member(data, "contents"), "url")}) {
      if (!word.empty()) said += (said.empty() ? "" : " ") + word;
    }
    out.emplace(full_name(*dataset), std::move(said));
  }
  return out;
}

Said ancestors(const Json& component, std::size_t depth = 0) {
  Said out;
  if (depth > 8) return out;
  const auto& pedigree = member(component, "pedigree");
  for (const auto& base : items(member(pedigree, "ancestors"))) {
    auto said = state(base);
    const auto relation = base_relation(pedigree, base);
    const auto words =
        relation.empty() ? text(pedigree, "notes") : std::string(kRelationNote) + relation;
    if (!words.empty()) said += (said.empty() ? "" : " ") + words;
    out.emplace(full_name(base), std::move(said));
    out.merge(ancestors(base, depth + 1));
  }
  return out;
}

void compare_sets(std::string_view added, std::string_view removed,
                  const std::vector<std::string>& before, const std::vector<std::string>& after,
                  Changes& out) {
  const std::multiset<std::string> old(before.begin(), before.end());
  const std::multiset<std::string> now(after.begin(), after.end());
  for (const auto& each : std::set(old.begin(), old.end())) {
    if (!now.contains(each)) out.add({std::string(removed), each, each, std::nullopt});
  }
  for (const auto& each : std::set(now.begin(), now.end())) {
    if (!old.contains(each)) out.add({std::string(added), each, std::nullopt, each});
  }
}

}  // namespace

void compare_facts(const Json& before, const Json& after, Changes& out) {
  const auto old = summarize(before), now = summarize(after);
  out.fact("model.name", "", old.name, now.name);
  out.fact("model.version", "", old.version, now.version);
  out.fact("weights.parameters", "", old.parameters, now.parameters);
  out.fact("quantization.changed", "", old.quantization, now.quantization);
  out.fact("architecture.changed", "architecture", old.architecture, now.architecture);
  out.fact("architecture.changed", "family", old.family, now.family);
  out.fact("architecture.changed", "task", old.task, now.task);
  const auto& was = subject(before);
  const auto& is = subject(after);
  const auto& old_card = member(was, "modelCard");
  const auto& new_card = member(is, "modelCard");
  const auto each = [&](std::string_view kind, std::string_view prefix) {
    out.list(kind, kind, kind, properties(old_card, prefix), properties(new_card, prefix));
  };
  each("hyperparameter.changed", kHyperparameter);
  each("tokenizer.changed", kTokenizer);
  out.fact("template.changed", "", property(was, own(kChatTemplate)),
           property(is, own(kChatTemplate)));
  out.list("data.added", "data.removed", "data.changed", datasets(before), datasets(after));
  out.list("lineage.added", "lineage.removed", "lineage.changed", ancestors(was), ancestors(is));
  compare_sets("license.added", "license.removed", old.licenses, now.licenses, out);
  compare_sets("finding.added", "finding.removed", old.findings, now.findings, out);
}

}  // namespace mpk::aibom
