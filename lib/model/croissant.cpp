// Croissant: schema.org's Dataset as JSON-LD (docs.mlcommons.org/croissant), with its rai: terms.
#include "base/digest.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"
#include "model/collect.hpp"
#include "model/dataset_card.hpp"
#include "model/forms.hpp"
#include "model/json_file.hpp"
#include "model/license.hpp"
#include "model/training.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::model {
namespace {

constexpr std::string_view kSpdx = "https://spdx.org/licenses/";
constexpr std::string_view kRai = "rai:";

// "https://spdx.org/licenses/MIT.html" → "MIT"; other addresses stay what they are.
std::string license_word(std::string word) {
  if (word.starts_with(kSpdx)) word.erase(0, kSpdx.size());
  if (word.ends_with(".html")) word.resize(word.size() - 5);
  return word;
}

bool is_dataset(const Json& root) {
  const auto types = string_or_list(root, "@type");
  for (const auto& type : types) {
    if (type == "sc:Dataset" || type == "Dataset" || type == "https://schema.org/Dataset")
      return true;
  }
  return false;
}

// Only of one file: several digests are those of parts, and none of the whole.
std::string only_digest(const Json& root) {
  std::string out;
  for (const Json& file : json::items(root, "distribution")) {
    const auto hex = lower_ascii(said(file, "sha256"));
    if (hex.empty()) continue;
    if (!out.empty()) return {};
    out = "sha256:" + hex;
  }
  return Digest::parse(out) ? out : std::string();
}

void add_parts(const Json& root, const std::string& source, Dataset& out) {
  for (const Json& file : json::items(root, "distribution")) {
    const auto name = said(file, "name"), hex = said(file, "sha256");
    if (!name.empty() && !hex.empty() && out.facts.size() < kListItems) {
      out.facts.push_back({"file:" + cut(name, kShortText), "sha256:" + cut(hex, kShortText),
                           Tier::declared, source});
    }
  }
}

std::string words(const Json& root, std::string_view key) {
  return join(string_or_list(root, key), "; ");
}

}  // namespace

void read_croissant(const FileHead& file, ModelInfo& info) {
  const auto root = parse_json_file(file, info);
  if (!root || !is_dataset(*root)) return;
  const auto name = string_member(*root, "name");
  if (name.empty()) return;
  Dataset out{.name = dataset_name(info, name), .source = file.path};
  out.description = string_member(*root, "description");
  out.url = string_member(*root, "url");
  out.revision = string_member(*root, "version");
  out.digest = only_digest(*root);
  for (const auto& license : string_or_list(*root, "license"))
    out.licenses.push_back(license_from_huggingface(license_word(license), "", "", file.path));
  if (auto said = words(*root, "rai:personalSensitiveInformation"); !said.empty())
    out.sensitive.push_back(std::move(said));
  for (const auto& [key, value] : root->items()) {
    if (!key.starts_with(kRai) || key == "rai:personalSensitiveInformation") continue;
    if (auto said = words(*root, key); !said.empty() && out.facts.size() < kListItems)
      out.facts.push_back({cut(key, kShortText), cut(said, kShortText), Tier::declared, file.path});
  }
  if (out.digest.empty()) add_parts(*root, file.path, out);
  merge_dataset(info, std::move(out));
}

}  // namespace mpk::model
