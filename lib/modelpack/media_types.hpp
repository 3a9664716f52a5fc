// ModelPack's media types and annotations (model-spec, docs/spec.md and annotations.md).
#pragma once

#include "model/inspect.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mpk::modelpack {

inline constexpr std::string_view kArtifactType = "application/vnd.cncf.model.manifest.v1+json";
inline constexpr std::string_view kConfigType = "application/vnd.cncf.model.config.v1+json";
inline constexpr std::string_view kAnnotationFilepath = "org.cncf.model.filepath";
inline constexpr std::string_view kAnnotationMetadata = "org.cncf.model.file.metadata+json";

enum class Encoding { raw, tar, tar_gzip, tar_zstd };
/// Whether the layer holds files, instead of being one.
constexpr bool is_archive(Encoding encoding) { return encoding != Encoding::raw; }

struct LayerType {
  model::Kind kind;
  Encoding encoding;
};
/// "application/vnd.cncf.model.weight.config.v1.raw", …
std::string media_type(LayerType type);
/// All 20 types, and their cnai predecessors; nullopt: another type.
std::optional<LayerType> parse_media_type(std::string_view text);

}  // namespace mpk::modelpack
