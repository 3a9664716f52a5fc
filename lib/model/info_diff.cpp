// info_diff: one list of facts a side, then a walk over both.
#include "model/info_diff.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace mpk::model {
namespace {

template <class List, class Text>
std::string joined(const List& list, Text text) {
  std::vector<std::string> words;
  for (const auto& each : list) {
    if (auto word = text(each); !word.empty()) words.push_back(std::move(word));
  }
  std::ranges::sort(words);
  words.erase(std::ranges::unique(words).begin(), words.end());
  return join(words, ", ");
}

}  // namespace

std::vector<NamedFact> facts_of(const ModelInfo& info) {
  std::vector<NamedFact> out;
  const auto add = [&](std::string name, std::string value) {
    if (!value.empty()) out.push_back({std::move(name), std::move(value)});
  };
  add("name", info.name);
  add("architecture", info.architecture);
  add("family", info.family);
  add("format", info.format);
  if (info.tensors.tensors != 0) {
    add("parameters", std::to_string(info.tensors.parameters));
    add("tensors", std::to_string(info.tensors.tensors));
  }
  add("precision", info.precision);
  add("quantization", info.quantization);
  if (info.context_length) add("context_length", std::to_string(*info.context_length));
  add("licences", joined(info.licenses, [](const License& license) {
        return license.spdx_id.empty() ? license.name : license.spdx_id;
      }));
  add("base_models", joined(info.base_models, [](const BaseModel& base) { return base.name; }));
  add("datasets", joined(info.datasets, [](const Dataset& dataset) { return dataset.name; }));
  add("languages", joined(info.languages, [](const std::string& language) { return language; }));
  add("task", info.task);
  add("library", info.library);
  add("tokenizer_class", info.tokenizer_class);
  add("chat_template_sha256", info.chat_template_sha256);
  for (const auto& fact : info.hyperparameters) {
    if (std::ranges::find(out, fact.name, &NamedFact::name) == out.end())
      add(fact.name, fact.value);
  }
  return out;
}

std::vector<TextChange> compare_info(const ModelInfo& before, const ModelInfo& after) {
  const auto old = facts_of(before);
  const auto now = facts_of(after);
  std::vector<TextChange> out;
  for (const auto& fact : old) {
    const auto found = std::ranges::find(now, fact.name, &NamedFact::name);
    if (found == now.end()) {
      out.push_back({fact.name, fact.value, std::nullopt});
    } else if (found->value != fact.value) {
      out.push_back({fact.name, fact.value, found->value});
    }
  }
  for (const auto& fact : now) {
    if (std::ranges::find(old, fact.name, &NamedFact::name) == old.end())
      out.push_back({fact.name, std::nullopt, fact.value});
  }
  return out;
}

}  // namespace mpk::model
