// Docker Model Runner: its media types and the names of files that carry none.
#include "modelpack/docker.hpp"

#include "base/text.hpp"
#include "model/inspect.hpp"
#include "modelpack/layer_annotations.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

namespace mpk::modelpack {
namespace {

constexpr std::string_view kConfigPrefix = "application/vnd.docker.ai.model.config.";
constexpr std::string_view kPrefix = "application/vnd.docker.ai.";

struct Row {
  std::string_view media_type;
  model::Kind kind;
  Encoding encoding;
  std::string_view stem, ending;  // of a file that carries no name
};

constexpr auto kRows = std::to_array<Row>({
    {"application/vnd.docker.ai.gguf.v3", model::Kind::weight, Encoding::raw, "model", ".gguf"},
    {"application/vnd.docker.ai.gguf.lora", model::Kind::weight, Encoding::raw, "adapter", ".gguf"},
    {"application/vnd.docker.ai.safetensors", model::Kind::weight, Encoding::raw, "model",
     ".safetensors"},
    {"application/vnd.docker.ai.dduf", model::Kind::weight, Encoding::raw, "model", ".dduf"},
    {"application/vnd.docker.ai.mmproj", model::Kind::weight, Encoding::raw, "model", ".mmproj"},
    {"application/vnd.docker.ai.license", model::Kind::doc, Encoding::raw, "LICENSE", ""},
    {"application/vnd.docker.ai.chat.template.jinja", model::Kind::config, Encoding::raw,
     "template", ".jinja"},
    {"application/vnd.docker.ai.vllm.config.tar", model::Kind::config, Encoding::tar, ".", ""},
    {"application/vnd.docker.ai.dir.tar", model::Kind::config, Encoding::tar, ".", ""},
    {"application/vnd.cncf.model.weight.v1.gguf", model::Kind::weight, Encoding::raw, "model",
     ".gguf"},
    {"application/vnd.cncf.model.weight.v1.safetensors", model::Kind::weight, Encoding::raw,
     "model", ".safetensors"},
});

const Row* find_row(std::string_view media_type) {
  for (const auto& row : kRows) {
    if (row.media_type == media_type) return &row;
  }
  return nullptr;
}

std::string name_of(const Row& row, std::size_t index, std::size_t total) {
  if (row.stem == "." || total == 1) return std::string(row.stem).append(row.ending);
  return fmt::format("{}-{:05}-of-{:05}{}", row.stem, index, total, row.ending);
}

}  // namespace

bool is_docker_model(const oci::Manifest& manifest) {
  return manifest.config.media_type.starts_with(kConfigPrefix);
}

DockerLayers::DockerLayers(const oci::Manifest& manifest) {
  for (const auto& layer : manifest.layers) ++total_[layer.media_type];
}

Result<std::optional<LayerFile>> DockerLayers::read(const oci::Descriptor& layer) {
  const auto* row = find_row(layer.media_type);
  if (row == nullptr && !layer.media_type.starts_with(kPrefix)) return std::optional<LayerFile>();
  const std::size_t index = ++next_[layer.media_type];
  auto path = TRY(annotated_path(layer));
  if (!path && row == nullptr) {
    return Error(ErrorKind::malformed, "media type " + printable(layer.media_type, 120) +
                                           ": unknown, and no " + std::string(kAnnotationFilepath));
  }
  // A tar of its own keeps the whole structure, whatever it is called.
  const auto encoding = row != nullptr                       ? row->encoding
                        : layer.media_type.ends_with(".tar") ? Encoding::tar
                                                             : Encoding::raw;
  if (encoding == Encoding::tar) path = ".";
  if (!path) path = name_of(*row, index, total_[layer.media_type]);
  auto place = TRY(place_of_layer(*path, encoding));
  const auto mode = TRY(annotated_mode(layer, encoding));
  const auto kind = row != nullptr
                        ? row->kind
                        : model::classify({.path = place, .size = layer.size, .bytes = {}});
  return std::optional(LayerFile{.descriptor = layer,
                                 .path = std::move(place),
                                 .kind = kind,
                                 .encoding = encoding,
                                 .mode = mode});
}

}  // namespace mpk::modelpack
