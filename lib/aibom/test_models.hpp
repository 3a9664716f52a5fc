// Hand-made models and artifacts for the tests of aibom/.
#pragma once

#include "aibom/build.hpp"
#include "crypto/hash.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::aibom::testing {

inline model::TensorFacts tensors(std::string type, std::uint64_t count, std::uint64_t parameters) {
  return {.tensors = count,
          .parameters = parameters,
          .dtypes = {{std::move(type), {.tensors = count, .parameters = parameters}}}};
}

inline modelpack::ModelFile file(std::string path, model::Kind kind) {
  auto digest = crypto::sha256(path);
  return {
      .path = std::move(path), .kind = kind, .size = 1000, .executable = false, .digest = digest};
}

inline std::vector<modelpack::ModelFile> tiny_files() {
  using model::Kind;
  return {file("README.md", Kind::doc),
          file("LICENSE", Kind::doc),
          file("config.json", Kind::config),
          file("tokenizer_config.json", Kind::config),
          file("model-00001-of-00002.safetensors", Kind::weight),
          file("model-00002-of-00002.safetensors", Kind::weight)};
}

/// What testdata/models/tiny-llama says, shortened.
inline model::ModelInfo tiny_llama() {
  using model::Tier;
  model::ModelInfo info;
  info.name = "tiny-llama";
  info.description = "A two-layer Llama with random weights.\nIt answers nothing useful.";
  info.family = "llama";
  info.architecture = "LlamaForCausalLM";
  info.format = "safetensors";
  info.precision = "bfloat16";
  info.task = "text-generation";
  info.library = "transformers";
  info.tokenizer_class = "PreTrainedTokenizerFast";
  info.chat_template_sha256 = crypto::sha256("template").hex();
  info.languages = {"en", "de"};
  info.tags = {"llama", "conversational"};
  info.input_types = {"text"};
  info.output_types = {"text"};
  info.licenses = {{.spdx_id = "Apache-2.0", .name = "apache-2.0", .source = "README.md"},
                   {.spdx_id = "Apache-2.0", .tier = Tier::inferred, .source = "LICENSE"}};
  info.base_models = {{.name = "example/tiny-llama-base",
                       .relation = "finetune",
                       .revision = "0f3c1a5b7d9e2f4a6c8b0d1e3f5a7b9c1d3e5f70",
                       .source = "README.md"}};
  info.datasets = {{"example/support-dialogues", "README.md"},
                   {"example/licence-questions", "README.md"}};
  info.evaluations = {{"text-generation", "example/red-team-prompts", "", "test", "refusal_rate",
                       "0.98", "README.md"},
                      {"text-generation", "example/licence-questions", "", "test", "accuracy",
                       "0.25", "README.md"}};
  info.hyperparameters = {{"context_length", "2048", Tier::declared, "config.json"},
                          {"hidden_size", "96", Tier::verified, "config.json"},
                          {"rope_theta", "10000", Tier::declared, "config.json"}};
  info.intended_use = "Tests and demonstrations.";
  info.limitations = "- The weights were never trained.\n- The tokenizer knows one text.";
  info.co2_grams = 12.5;
  info.context_length = 2048;
  info.by_file = {{"model-00001-of-00002.safetensors", tensors("BF16", 10, 200'000)},
                  {"model-00002-of-00002.safetensors", tensors("BF16", 11, 95'392)}};
  for (const auto& [path, facts] : info.by_file) info.tensors.add(facts);
  info.findings = {{model::Severity::low, "size-contradicts", "README.md",
                    "the card says 300 K parameters, counted 295392", ""}};
  return info;
}

inline modelpack::Artifact artifact(const std::vector<modelpack::ModelFile>& files,
                                    const model::ModelInfo& info) {
  return modelpack::build_artifact(files, info, {}).take();
}

/// The document of `info` over `files`; `change` sees the input first.
template <class Change>
Result<Json> build(const model::ModelInfo& info, const std::vector<modelpack::ModelFile>& files,
                   Change change) {
  auto packed = artifact(files, info);
  BuildInput input;
  input.artifact = &packed;
  input.info = &info;
  input.name = "from-the-caller";
  input.mpk_version = "0.1.0";
  change(input);
  return build_aibom(input);
}

inline Result<Json> build(const model::ModelInfo& info) {
  return build(info, tiny_files(), [](BuildInput&) {});
}

inline std::vector<modelpack::LayerFile> layers(const std::vector<modelpack::ModelFile>& files) {
  std::vector<modelpack::LayerFile> out;
  for (const auto& each : files) {
    out.push_back({.descriptor = {.media_type = "application/vnd.cncf.model.doc.v1.raw",
                                  .digest = each.digest,
                                  .size = each.size},
                   .path = each.path,
                   .kind = each.kind,
                   .encoding = modelpack::Encoding::raw});
  }
  return out;
}

}  // namespace mpk::aibom::testing
