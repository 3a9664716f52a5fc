// ModelKits: artifacts of KitOps, whose config is a Kitfile as JSON and says where layers belong.
#pragma once

#include "base/result.hpp"
#include "modelpack/artifact.hpp"
#include "oci/manifest.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::modelpack {

inline constexpr std::string_view kKitConfigType = "application/vnd.kitops.modelkit.config.v1+json";

bool is_modelkit(const oci::Manifest& manifest);

/// "application/vnd.kitops.modelkit.datasets.v1.tar+gzip", …; nullopt: another type. The kind of a
/// "modelpart" follows from its name: they are shards and adapters as well as tokenizers.
std::optional<LayerType> parse_kit_type(std::string_view media_type, std::string_view path);

/// The layers of a ModelKit. The n-th layer of a type belongs to the n-th entry of the Kitfile's
/// list for it; the digest there, which newer versions of kit write, must be the layer's. malformed
/// as layer_files(), and: the config is no Kitfile, or has fewer entries.
Result<std::vector<LayerFile>> kit_layers(const oci::Manifest& manifest, std::string_view config);

/// The other ModelKit that holds the model, when model.path names one: its layers are not here.
std::optional<std::string> kit_parent(std::string_view config);

}  // namespace mpk::modelpack
