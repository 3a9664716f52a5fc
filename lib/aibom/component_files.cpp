// One component of type file for each layer: path, media type, digest, what its header holds.
#include "aibom/draft.hpp"
#include "aibom/own_properties.hpp"
#include "aibom/wording.hpp"
#include "modelpack/media_types.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::aibom {
namespace {

constexpr std::size_t kTypeLength = 32;  // "IQ2_XXS", "F8_E4M3"

/// name, value
using Values = std::vector<std::pair<std::string, std::string>>;

Values tensor_values(const model::TensorFacts& facts) {
  Values out;
  if (facts.tensors == 0) return out;
  out.emplace_back(own(kTensors), std::to_string(facts.tensors));
  for (const auto& [type, count] : facts.dtypes) {
    out.emplace_back(own(kTensors) + ":" + one_line(type, kTypeLength),
                     std::to_string(count.tensors));
  }
  out.emplace_back(own(kParameters), std::to_string(facts.parameters));
  return out;
}

Json file_component(const modelpack::ModelFile& file, const std::string& pointer, Draft& draft) {
  draft.file_refs.push_back("file:" + file.path);
  draft.tiers.add(pointer + "/hashes/0", model::Tier::verified, file.path);
  Json out = {{"type", "file"},
              {"bom-ref", draft.file_refs.back()},
              {"name", file.path},
              {"mime-type", modelpack::media_type({file.kind, modelpack::Encoding::raw})},
              {"hashes", Json::array({hash_of(file.digest)})}};
  Properties properties(pointer + "/properties", draft.tiers);
  properties.add(own(kSize), std::to_string(file.size));
  auto facts = draft.info.by_file.find(file.path);
  if (facts != draft.info.by_file.end() && facts->second.tensors > 0) {
    properties.add(tensor_values(facts->second));
    // One fact for the header's counts: thousands of shards have thousands of entries.
    draft.tiers.add(pointer + "/properties", model::Tier::verified, file.path);
  }
  out["properties"] = properties.to_json();
  return out;
}

}  // namespace

Json file_components(Draft& draft) {
  std::vector<const modelpack::ModelFile*> files;
  for (const auto& file : draft.artifact.files) files.push_back(&file);
  std::sort(files.begin(), files.end(),
            [](const auto* a, const auto* b) { return a->path < b->path; });
  Json out = Json::array();
  for (const auto* file : files) {
    auto pointer = std::string(kModelPointer) + "/components/" + std::to_string(out.size());
    out.push_back(file_component(*file, pointer, draft));
  }
  return out;
}

Json model_properties(Draft& draft) {
  const auto& info = draft.info;
  Properties out(std::string(kModelPointer) + "/properties", draft.tiers);
  std::string weights = info.by_file.size() == 1 ? info.by_file.begin()->first : std::string();
  out.add(own(kFormat), one_line(info.format), model::Tier::verified, weights);
  for (const auto& [name, value] : tensor_values(info.tensors))
    out.add(name, value, model::Tier::verified, weights);
  out.add(own(kLibrary), one_line(info.library), model::Tier::declared, draft.sole_source(is_card));
  out.add(own(kChatTemplate), one_line(info.chat_template_sha256), model::Tier::verified,
          draft.sole_source(is_tokenizer_config));
  std::vector<std::string> findings;
  for (const auto& finding : info.findings) {
    findings.push_back(std::string(model::to_string(finding.severity)) + ": " +
                       (finding.path.empty() ? "" : one_line(finding.path) + ": ") +
                       one_line(finding.message));
  }
  auto kept = draft.keep("findings", findings.size());
  for (std::size_t i = 0; i < kept; ++i) out.add(own(kFinding), findings[i]);
  for (const auto& note : draft.truncated) out.add(own(kTruncated), note);
  out.add(draft.tiers.properties());
  return out.to_json();
}

}  // namespace mpk::aibom
