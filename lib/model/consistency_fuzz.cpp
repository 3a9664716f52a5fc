// Fuzz entry: any bytes as each of the JSON documents beside a small model; facts stay short, and
// findings valid UTF-8.
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "model/inspect.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr auto kNames = std::to_array<std::string_view>(
    {"config.json", "adapter_config.json", "tokenizer_config.json", "tokenizer.json",
     "generation_config.json", "preprocessor_config.json", "model_index.json",
     "1_Pooling/config.json"});

/// Ten tokens of width four, one layer with a LoRA pair.
std::string weights() {
  const std::string header =
      R"({"model.embed_tokens.weight":{"dtype":"U8","shape":[10,4],"data_offsets":[0,40]},)"
      R"("model.layers.0.self_attn.q_proj.lora_A.weight":{"dtype":"U8","shape":[2,4],"data_offsets":[40,48]},)"
      R"("model.layers.0.self_attn.q_proj.lora_B.weight":{"dtype":"U8","shape":[4,2],"data_offsets":[48,56]}})";
  std::string out(1, static_cast<char>(header.size() & 0xff));
  out += static_cast<char>(header.size() >> 8);
  return out + std::string(6, '\0') + header + std::string(56, '\0');
}

}  // namespace

/// The documents are separated by NUL bytes, in the order of kNames.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  std::vector<model::FileHead> heads;
  const std::string file = weights();
  heads.push_back({"model.safetensors", file.size(), file, true});
  std::size_t name = 0;
  for (const std::string_view part : split(as_text({data, size}), '\0')) {
    if (name == kNames.size()) break;
    heads.push_back({std::string(kNames[name++]), part.size(), std::string(part), true});
  }
  const model::ModelInfo info = model::inspect(heads);
  for (const auto& fact : info.hyperparameters) {
    if (fact.value.size() > 4096) std::abort();
  }
  for (const auto& finding : info.findings) {
    if (finding.code.empty() || !is_valid_utf8(finding.message)) std::abort();
  }
  return 0;
}
