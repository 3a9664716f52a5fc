// What somebody's manifest would put where, proven harmless.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "modelpack/artifact.hpp"
#include "modelpack/docker.hpp"
#include "modelpack/kit.hpp"
#include "modelpack/layer_annotations.hpp"

#include <map>
#include <utility>

namespace mpk::modelpack {
namespace {

Result<LayerFile> read_layer(const oci::Descriptor& layer) {
  // `kit pack --use-model-pack` leaves the Kitfile among the layers, without a path.
  if (layer.media_type == kKitConfigType) {
    return LayerFile{.descriptor = layer,
                     .path = "Kitfile",
                     .kind = model::Kind::config,
                     .encoding = Encoding::raw};
  }
  auto type = parse_media_type(layer.media_type);
  if (!type) {
    return Error(ErrorKind::malformed,
                 "media type " + printable(layer.media_type, 120) + " is none of ModelPack's");
  }
  auto path = TRY(annotated_path(layer));
  if (!path)
    return Error(ErrorKind::malformed, "no " + std::string(kAnnotationFilepath) + " annotation");
  auto place = TRY(place_of_layer(*path, type->encoding));
  auto mode = TRY(annotated_mode(layer, type->encoding));
  return LayerFile{.descriptor = layer,
                   .path = std::move(place),
                   .kind = type->kind,
                   .encoding = type->encoding,
                   .mode = mode};
}

Result<std::vector<LayerFile>> pack_layers(const oci::Manifest& manifest) {
  std::vector<LayerFile> out;
  DockerLayers docker(manifest);
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    auto where = "layer " + std::to_string(i + 1) + " (" + manifest.layers[i].digest.brief() + ")";
    auto found = docker.read(manifest.layers[i]);
    if (!found) return std::move(found).error().with(where).with_kind(ErrorKind::malformed);
    auto file = *found ? Result<LayerFile>(**std::move(found)) : read_layer(manifest.layers[i]);
    if (!file) return std::move(file).error().with(where).with_kind(ErrorKind::malformed);
    out.push_back(file.take());
  }
  return out;
}

}  // namespace

bool is_modelpack(const oci::Manifest& manifest) {
  return manifest.effective_artifact_type() == kArtifactType ||
         manifest.config.media_type == kConfigType ||
         manifest.config.media_type == "application/vnd.cnai.model.config.v1+json";
}

bool is_model(const oci::Manifest& manifest) {
  return is_modelpack(manifest) || is_modelkit(manifest) || is_docker_model(manifest);
}

Result<void> check_places(const std::vector<LayerFile>& files) {
  std::map<std::string_view, bool> by_path;  // whether it is a file of that name
  for (const auto& file : files) {
    const bool is_file = !is_archive(file.encoding);
    const auto [at, fresh] = by_path.emplace(file.path, is_file);
    if (!fresh && (is_file || at->second)) {
      return Error(ErrorKind::malformed,
                   "a second layer has the path " + printable(file.path, 200));
    }
  }
  for (const auto& file : files) {
    const std::string_view path = file.path;
    for (auto slash = path.find('/'); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
      const auto parent = by_path.find(path.substr(0, slash));
      if (parent != by_path.end() && parent->second) {
        return Error(ErrorKind::malformed, "layer " + printable(path, 200) + ": its folder " +
                                               printable(parent->first, 200) +
                                               " is a file of another layer");
      }
    }
  }
  return {};
}

Result<std::vector<LayerFile>> layer_files(const oci::Manifest& manifest, std::string_view config) {
  if (!is_model(manifest)) {
    return Error(ErrorKind::malformed, "not a ModelPack artifact: its type is " +
                                           printable(manifest.effective_artifact_type(), 120));
  }
  if (manifest.layers.empty())
    return Error(ErrorKind::malformed, "a ModelPack artifact without layers");
  auto out = is_modelkit(manifest) ? TRY(kit_layers(manifest, config)) : TRY(pack_layers(manifest));
  TRY(check_places(out));
  return out;
}

Result<std::vector<LayerFile>> layer_files(oci::Store& store, const oci::Manifest& manifest) {
  std::string config;
  if (is_modelkit(manifest))
    config = TRY(oci::fetch_text(store, manifest.config, limits::kConfigBlob).with("Kitfile"));
  return layer_files(manifest, config);
}

}  // namespace mpk::modelpack
