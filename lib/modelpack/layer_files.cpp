// What somebody's ModelPack manifest would put where, proven harmless.
#include "base/file.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "modelpack/artifact.hpp"
#include "oci/media_type.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace mpk::modelpack {
namespace {

std::optional<std::string> annotation(const oci::Descriptor& layer, std::string_view key) {
  auto found = layer.annotations.find(std::string(key));
  if (found == layer.annotations.end()) return std::nullopt;
  return found->second;
}

Result<std::string> layer_path(const oci::Descriptor& layer) {
  auto path = annotation(layer, kAnnotationFilepath);
  auto legacy = annotation(layer, "org.cnai.model.filepath");
  auto title = annotation(layer, oci::kAnnotationTitle);
  // A signed artifact that two tools extract differently is an attack.
  if (path && legacy && *path != *legacy)
    return Error(ErrorKind::malformed, "filepaths " + printable(*path, 120) + " and " +
                                           printable(*legacy, 120) + " disagree");
  if (!path) path = legacy;
  if (!path) path = title;
  if (!path)
    return Error(ErrorKind::malformed, "no " + std::string(kAnnotationFilepath) + " annotation");
  // modctl's title, if any, is a base name.
  if (title && *title != *path && *title != path->substr(path->rfind('/') + 1))
    return Error(ErrorKind::malformed, "filepath " + printable(*path, 120) + " and title " +
                                           printable(*title, 120) + " disagree");
  return safe_relative_path(*path);
}

bool is_regular(std::uint64_t typeflag) { return typeflag == 0 || typeflag == '0'; }

// The metadata annotation is optional; what it says must not contradict the descriptor.
Result<unsigned> layer_mode(const oci::Descriptor& layer, Encoding encoding) {
  auto text = annotation(layer, kAnnotationMetadata);
  if (!text) text = annotation(layer, "org.cnai.model.file.metadata+json");
  if (!text) return 0644U;
  auto document = TRY(json::parse(*text).with("file metadata"));
  json::Field metadata(document, "file metadata");
  auto size = TRY(metadata.optional_unsigned("size"));
  if (encoding == Encoding::raw && size && *size != layer.size)
    return Error(ErrorKind::malformed, "its metadata says " + std::to_string(*size) +
                                           " bytes, the descriptor " + std::to_string(layer.size));
  auto typeflag = TRY(metadata.optional_unsigned("typeflag"));
  if (encoding == Encoding::raw && typeflag && !is_regular(*typeflag))
    return Error(ErrorKind::malformed,
                 "typeflag " + std::to_string(*typeflag) + " is no regular file");
  auto mode = TRY(metadata.optional_unsigned("mode")).value_or(0644);
  return (mode & 0100U) != 0 ? 0755U : 0644U;
}

Result<LayerFile> read_layer(const oci::Descriptor& layer) {
  auto type = parse_media_type(layer.media_type);
  if (!type)
    return Error(ErrorKind::malformed,
                 "media type " + printable(layer.media_type, 120) + " is none of ModelPack's");
  auto path = TRY(layer_path(layer));
  auto mode = TRY(layer_mode(layer, type->encoding));
  return LayerFile{.descriptor = layer,
                   .path = std::move(path),
                   .kind = type->kind,
                   .encoding = type->encoding,
                   .mode = mode};
}

}  // namespace

bool is_modelpack(const oci::Manifest& manifest) {
  return manifest.effective_artifact_type() == kArtifactType ||
         manifest.config.media_type == kConfigType ||
         manifest.config.media_type == "application/vnd.cnai.model.config.v1+json";
}

Result<std::vector<LayerFile>> layer_files(const oci::Manifest& manifest) {
  if (!is_modelpack(manifest))
    return Error(ErrorKind::malformed, "not a ModelPack artifact: its type is " +
                                           printable(manifest.effective_artifact_type(), 120));
  if (manifest.layers.empty())
    return Error(ErrorKind::malformed, "a ModelPack artifact without layers");
  std::vector<LayerFile> out;
  std::map<std::string, std::size_t> by_path;
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    auto where = "layer " + std::to_string(i + 1) + " (" + manifest.layers[i].digest.brief() + ")";
    auto file = read_layer(manifest.layers[i]);
    if (!file) return std::move(file).error().with(where).with_kind(ErrorKind::malformed);
    if (!by_path.emplace(file->path, i).second)
      return Error(ErrorKind::malformed,
                   where + ": a second layer has the path " + printable(file->path));
    out.push_back(file.take());
  }
  for (const auto& file : out) {
    for (auto slash = file.path.find('/'); slash != std::string::npos;
         slash = file.path.find('/', slash + 1)) {
      auto parent = file.path.substr(0, slash);
      if (by_path.contains(parent))
        return Error(ErrorKind::malformed, "layer " + printable(file.path) + ": its folder " +
                                               printable(parent) + " is a file of another layer");
    }
  }
  return out;
}

}  // namespace mpk::modelpack
