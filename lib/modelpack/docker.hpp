// Docker Model Runner's artifacts, and the layer types of its ModelPack drafts.
#pragma once

#include "base/result.hpp"
#include "modelpack/artifact.hpp"
#include "oci/manifest.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::modelpack {

bool is_docker_model(const oci::Manifest& manifest);

/// Reads layers in their order. One without a path is named as Docker Model Runner unpacks it:
/// model.gguf, model-00001-of-00002.safetensors, template.jinja, …
class DockerLayers {
 public:
  explicit DockerLayers(const oci::Manifest& manifest);
  /// nullopt: none of its types. malformed as layer_files().
  Result<std::optional<LayerFile>> read(const oci::Descriptor& layer);

 private:
  std::map<std::string, std::size_t, std::less<>> total_, next_;  // by media type
};

}  // namespace mpk::modelpack
