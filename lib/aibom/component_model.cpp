// metadata.component: the model itself.
#include "aibom/draft.hpp"
#include "aibom/purl.hpp"
#include "aibom/wording.hpp"
#include "base/url.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace mpk::aibom {
namespace {

// The grammar allows 1024; a tag has at most 128.
constexpr std::size_t kVersionLength = 128;

void add_name(Draft& draft, Json& out) {
  auto pointer = std::string(kModelPointer) + "/name";
  auto name = one_line(draft.info.name);
  if (!name.empty()) {
    draft.tiers.add(pointer, model::Tier::declared,
                    draft.sole_source([](auto path) { return is_card(path) || is_gguf(path); }));
  } else {
    name = one_line(draft.input.name);
    draft.tiers.add(pointer, model::Tier::inferred);
  }
  out["name"] = name.empty() ? std::string(kModelRef) : name;
}

Json tags(Draft& draft) {
  std::set<std::string> sorted;
  for (const auto& tag : draft.info.tags) {
    if (auto word = one_line(tag); !word.empty()) sorted.insert(word);
  }
  std::vector<std::string> list(sorted.begin(), sorted.end());
  list.resize(draft.keep("tags", list.size()));
  return list;
}

// The card at the top of the artifact, by a BOM-Link to its component in this very document.
Json external_references(const Draft& draft) {
  Json out = Json::array();
  for (const auto& file : draft.artifact.files) {
    if (file.path.find('/') != std::string::npos || !is_card(file.path)) continue;
    auto uuid = draft.serial_number.substr(std::string_view("urn:uuid:").size());
    out.push_back({{"type", "model-card"},
                   {"url", "urn:cdx:" + uuid + "/1#" + percent_encode("file:" + file.path)},
                   {"hashes", Json::array({hash_of(file.digest)})}});
  }
  return out;
}

}  // namespace

Json model_component(Draft& draft) {
  const auto& input = draft.input;
  const auto& manifest = draft.artifact.manifest.digest;
  const std::string pointer(kModelPointer);
  Json out = {{"type", "machine-learning-model"}, {"bom-ref", std::string(kModelRef)}};
  add_name(draft, out);
  if (auto version = one_line(input.version, kVersionLength); !version.empty()) {
    out["version"] = version;
    draft.tiers.add(pointer + "/version", model::Tier::declared);
  }
  if (auto description = paragraphs(draft.info.description); !description.empty()) {
    out["description"] = description;
    draft.tiers.add(pointer + "/description", model::Tier::declared, draft.sole_source(is_card));
  }
  if (!input.repository.empty()) out["purl"] = oci_purl(input.repository, manifest, input.version);
  // The document is a referrer of the manifest and no part of it, so it may name its digest.
  out["hashes"] = Json::array({hash_of(manifest)});
  draft.tiers.add_digest(pointer + "/hashes/0");
  auto put = [&](const char* name, Json part) {
    if (!part.empty()) out[name] = std::move(part);
  };
  put("licenses", license_list(draft));
  put("pedigree", pedigree(draft));
  put("components", file_components(draft));
  put("modelCard", model_card(draft));
  put("tags", tags(draft));
  put("externalReferences", external_references(draft));
  put("properties", model_properties(draft));
  return out;
}

}  // namespace mpk::aibom
