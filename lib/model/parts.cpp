// check_parts: folders that a pipeline names, and the width that a pooling layer takes.
#include "base/text.hpp"
#include "json/parse.hpp"
#include "model/collect.hpp"
#include "model/consistency.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace mpk::model {
namespace {

bool has_folder(const Heads& heads, const std::string& folder) {
  const auto next = heads.lower_bound(folder);
  return next != heads.end() && next->first.starts_with(folder);
}

/// The class that the part's own config.json names.
std::string class_of_part(const Heads& heads, const std::string& folder) {
  const auto config = heads.find(folder + "config.json");
  if (config == heads.end() || !config->second->whole) return {};
  const auto parsed = json::parse(config->second->bytes);
  if (!parsed || !parsed->is_object()) return {};
  return string_member(*parsed, "_class_name");
}

void check_pipeline(const Heads& heads, const Document& index, ModelInfo& info) {
  const std::string base =
      index.path.substr(0, index.path.size() - std::string_view("model_index.json").size());
  std::size_t listed = 0;
  for (const auto& [name, member] : index.json.items()) {
    if (name.starts_with('_') || !member.is_array() || member.size() != 2) continue;
    if (!member[0].is_string() || !member[1].is_string()) continue;  // [null, null]: left out
    if (++listed > kListItems) return;
    const std::string folder = base + name + "/", declared = scalar_text(member[1]);
    if (!has_folder(heads, folder)) {
      add_finding(info, Severity::high, "component-missing", index.path,
                  "names " + printable(name, 80) + " (" + printable(declared, 80) +
                      "), there is no such folder",
                  "get the complete model", "/" + name);
      continue;
    }
    const std::string found = class_of_part(heads, folder);
    // transformers may load a part of what a class holds (the encoder of a T5).
    if (found.empty() || found == declared || member[0] != "diffusers") continue;
    add_finding(info, Severity::medium, "component-contradicts", index.path,
                printable(name, 80) + " is a " + printable(declared, 80) + ", " +
                    printable(folder, 200) + "config.json says " + printable(found, 80),
                "make both name the part's class", "/" + name + "/1");
  }
}

/// A pooling layer pools what the transformer gives.
void check_pooling(const Documents& documents, ModelInfo& info) {
  const auto width = config_number(documents.pooling->json, "word_embedding_dimension");
  const Fact* hidden = find_fact(info, "hidden_size");
  if (!width || !hidden || hidden->value == std::to_string(*width)) return;
  add_finding(info, Severity::medium, "hyperparameter-contradicts", documents.pooling->path,
              "word_embedding_dimension is " + std::to_string(*width) + ", hidden_size is " +
                  printable(hidden->value, 80) + " in " + printable(hidden->source, 200),
              "correct the number, or check that the parts belong together",
              "/word_embedding_dimension");
}

}  // namespace

void check_parts(const Heads& heads, const Documents& documents, ModelInfo& info) {
  if (documents.model_index) check_pipeline(heads, *documents.model_index, info);
  if (documents.pooling) check_pooling(documents, info);
}

}  // namespace mpk::model
