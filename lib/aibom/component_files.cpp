// One component of type file for each file: path, media type, digest, what its header holds; those
// of an archive are below the one of their layer.
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
  Json out = {{"type", "file"},
              {"bom-ref", draft.file_refs.back()},
              {"name", file.path},
              {"mime-type", modelpack::media_type({file.kind, modelpack::Encoding::raw})},
              {"hashes", file_hashes(file.digest, file.sha512, pointer, file.path, draft.tiers)}};
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

using FilePointers = std::vector<const modelpack::ModelFile*>;

Json list_of(FilePointers files, const std::string& pointer, Draft& draft) {
  std::ranges::sort(files, {}, [](const auto* file) -> const auto& { return file->path; });
  Json out = Json::array();
  for (const auto* file : files)
    out.push_back(file_component(*file, pointer + "/" + std::to_string(out.size()), draft));
  return out;
}

Json archive_component(std::size_t index, FilePointers files, const std::string& pointer,
                       Draft& draft) {
  const auto& archive = draft.artifact.archives[index];
  auto hashes = file_hashes(archive.digest, archive.sha512, pointer, {}, draft.tiers);
  // An archive of the whole folder has no name of its own.
  auto name = archive.path == "." ? std::string(to_string(archive.kind)) + " files" : archive.path;
  Properties properties(pointer + "/properties", draft.tiers);
  properties.add(own(kSize), std::to_string(archive.size));
  return {{"type", "file"},
          // Two layers may be the same archive, in other places.
          {"bom-ref", "layer:" + std::to_string(index + 1) + ":" + archive.digest.text()},
          {"name", std::move(name)},
          {"mime-type", modelpack::media_type({archive.kind, archive.encoding})},
          {"hashes", std::move(hashes)},
          {"components", list_of(std::move(files), pointer + "/components", draft)},
          {"properties", properties.to_json()}};
}

}  // namespace

Json file_components(Draft& draft) {
  FilePointers layers;
  std::vector<FilePointers> archived(draft.artifact.archives.size());
  for (const auto& file : draft.artifact.files)
    (file.archive ? archived.at(*file.archive) : layers).push_back(&file);
  const auto pointer = std::string(kModelPointer) + "/components";
  auto out = list_of(std::move(layers), pointer, draft);
  for (std::size_t i = 0; i < archived.size(); ++i) {
    auto at = pointer + "/" + std::to_string(out.size());
    out.push_back(archive_component(i, std::move(archived[i]), at, draft));
  }
  return out;
}

Json model_properties(Draft& draft) {
  const auto& info = draft.info;
  Properties out(std::string(kModelPointer) + "/properties", draft.tiers);
  std::string weights = info.by_file.size() == 1 ? info.by_file.begin()->first : std::string();
  out.add(own(kFormat), one_line(info.format), draft.counted_tier(), weights);
  for (const auto& [name, value] : tensor_values(info.tensors))
    out.add(name, value, draft.counted_tier(), weights);
  out.add(own(kLibrary), one_line(info.library), model::Tier::declared, draft.sole_source(is_card));
  out.add(own(kChatTemplate), one_line(info.chat_template_sha256), model::Tier::verified,
          draft.sole_source(is_tokenizer_config));
  auto kept = draft.keep("findings", info.findings.size());
  for (std::size_t i = 0; i < kept; ++i) out.add(own(kFinding), finding_value(info.findings[i]));
  for (const auto& note : draft.truncated) out.add(own(kTruncated), note);
  out.add(draft.tiers.properties());
  return out.to_json();
}

}  // namespace mpk::aibom
