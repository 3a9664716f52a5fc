// The ModelPack config blob.
#include "modelpack/config.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace mpk::modelpack {
namespace {

void put(Json& object, const char* name, const std::string& value) {
  if (!value.empty()) object[name] = value;
}

std::string first_of(const std::string& a, const std::string& b) { return a.empty() ? b : a; }

// docs/config.md: ISO 639-1 two-letter codes only; a card may say "multilingual".
std::vector<std::string> languages(const model::ModelInfo& info) {
  std::vector<std::string> out;
  for (const auto& language : info.languages) {
    bool fits = language.size() == 2 && std::all_of(language.begin(), language.end(),
                                                    [](char c) { return c >= 'a' && c <= 'z'; });
    if (fits) out.push_back(language);
  }
  return out;
}

std::vector<std::string> modalities(const std::vector<std::string>& types) {
  constexpr std::array<std::string_view, 6> kKnown = {"text",  "image",     "audio",
                                                      "video", "embedding", "other"};
  std::vector<std::string> out;
  for (const auto& type : types) {
    if (std::find(kKnown.begin(), kKnown.end(), type) != kKnown.end()) out.push_back(type);
  }
  return out;
}

Json descriptor_json(const model::ModelInfo& info, const BuildOptions& options,
                     const Modelfile& file) {
  Json out = Json::object();
  if (options.created) out["createdAt"] = options.created->text();
  put(out, "name", first_of(file.name, info.name));
  put(out, "family", first_of(file.family, info.family));
  std::vector<std::string> licenses;
  for (const auto& license : info.licenses) {
    if (!license.spdx_id.empty()) licenses.push_back(license.spdx_id);
  }
  std::sort(licenses.begin(), licenses.end());
  licenses.erase(std::unique(licenses.begin(), licenses.end()), licenses.end());
  if (!licenses.empty()) out["licenses"] = licenses;
  return out;
}

Json config_json(const model::ModelInfo& info, const Modelfile& file) {
  Json out = Json::object();
  // The spec's examples are "transformer", "cnn"; a class name says which one without guessing.
  put(out, "architecture", first_of(file.architecture, info.architecture));
  put(out, "format", first_of(file.format, info.format));
  auto size = info.tensors.parameters > 0 ? param_size(info.tensors.parameters) : std::string();
  put(out, "paramSize", first_of(file.param_size, size));
  put(out, "precision", first_of(file.precision, info.precision));
  put(out, "quantization", first_of(file.quantization, info.quantization));
  Json capabilities = Json::object();
  if (auto types = modalities(info.input_types); !types.empty()) capabilities["inputTypes"] = types;
  if (auto types = modalities(info.output_types); !types.empty())
    capabilities["outputTypes"] = types;
  if (auto codes = languages(info); !codes.empty()) capabilities["languages"] = codes;
  if (!capabilities.empty()) out["capabilities"] = std::move(capabilities);
  return out;
}

}  // namespace

std::string param_size(std::uint64_t parameters) {
  struct Scale {
    std::uint64_t unit;
    char letter;
  };
  constexpr std::array<Scale, 4> kScales = {
      {{1'000'000'000'000U, 'T'}, {1'000'000'000U, 'B'}, {1'000'000U, 'M'}, {1'000U, 'K'}}};
  for (const auto& scale : kScales) {
    // From 999.95 of the next smaller unit on: it would round to 1000 of them.
    if (parameters < scale.unit - scale.unit / 20'000) continue;
    // Tenths, rounded; quotient first, so that no product overflows.
    auto tenths = parameters / (scale.unit / 10);
    if (parameters % (scale.unit / 10) >= scale.unit / 20) ++tenths;
    auto text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
    return text + scale.letter;
  }
  // Under a thousand there is no scale letter for it: 0.1K is 100.
  auto tenths = std::max<std::uint64_t>(1, (parameters + 50) / 100);
  return tenths >= 10 ? "1K" : "0." + std::to_string(tenths) + "K";
}

std::string make_config(const std::vector<oci::Descriptor>& layers, const model::ModelInfo& info,
                        const BuildOptions& options) {
  auto modelfile = options.modelfile.value_or(Modelfile{});
  Json diff_ids = Json::array();
  for (const auto& layer : layers) diff_ids.push_back(layer.digest.text());
  return json::compact({{"descriptor", descriptor_json(info, options, modelfile)},
                        {"config", config_json(info, modelfile)},
                        {"modelfs", {{"type", "layers"}, {"diffIds", std::move(diff_ids)}}}});
}

}  // namespace mpk::modelpack
