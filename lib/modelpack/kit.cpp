// ModelKits: media types, and the Kitfile's lists walked alongside the layers.
#include "modelpack/kit.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "model/inspect.hpp"
#include "modelpack/layer_annotations.hpp"
#include "oci/reference.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <utility>

namespace mpk::modelpack {
namespace {

constexpr std::string_view kPrefix = "application/vnd.kitops.modelkit.";
constexpr std::string_view kSubtype = "ml.kitops.modelkit.layer-subtype";

constexpr auto kEncodings = std::to_array<std::pair<Encoding, std::string_view>>({
    {Encoding::raw, "raw"},
    {Encoding::tar, "tar"},
    {Encoding::tar_gzip, "tar+gzip"},
    {Encoding::tar_zstd, "tar+zstd"},
});

struct KitType {
  std::string base;  // "model", "modelpart", …
  Encoding encoding;
};

std::optional<KitType> split_type(std::string_view media_type) {
  constexpr std::string_view kVersion = ".v1.";
  if (!media_type.starts_with(kPrefix)) return std::nullopt;
  media_type.remove_prefix(kPrefix.size());
  const auto version = media_type.find(kVersion);
  if (version == std::string_view::npos) return std::nullopt;
  for (const auto& [encoding, word] : kEncodings) {
    if (media_type.substr(version + kVersion.size()) == word)
      return KitType{std::string(media_type.substr(0, version)), encoding};
  }
  return std::nullopt;
}

/// A Kitfile's lists, each with how far the layers have come.
class Kitfile {
 public:
  static Result<Kitfile> read(const Json& document) {
    const json::Field root(document, "Kitfile");
    Kitfile out;
    auto model = TRY(root.find("model"));
    if (model) {
      out.lists_["model"] = {*model};
      out.lists_["modelpart"] = TRY(model->optional_items("parts"));
    }
    for (const auto& [base, key] : {std::pair("code", "code"), std::pair("dataset", "datasets"),
                                    std::pair("docs", "docs"), std::pair("prompt", "prompts")})
      out.lists_[base] = TRY(root.optional_items(key));
    return out;
  }

  /// The path of the next entry for layers of this base type.
  Result<std::string> next(const std::string& base, const Digest& digest) {
    const auto& list = lists_[base];
    const std::size_t index = next_[base]++;
    if (index >= list.size()) {
      return Error(ErrorKind::malformed, "the Kitfile has " + std::to_string(list.size()) +
                                             " entries for " + printable(base, 40) +
                                             " layers, the manifest has more");
    }
    const auto& entry = list[index];
    const auto named = TRY(entry.optional_string("digest"));
    if (named && *named != digest.text()) {
      return Error(ErrorKind::malformed,
                   entry.path() + ": its digest " + printable(*named, 80) + " is not the layer's");
    }
    return TRY(entry.optional_string("path")).value_or(".");
  }

 private:
  std::map<std::string, std::vector<json::Field>> lists_;
  std::map<std::string, std::size_t> next_;
};

Result<LayerFile> read_layer(const oci::Descriptor& layer, Kitfile& kitfile) {
  const auto type = split_type(layer.media_type);
  const bool prompt = annotation(layer, kSubtype) == "prompt";
  if (!type || !parse_kit_type(layer.media_type, "")) {
    return Error(ErrorKind::malformed,
                 "media type " + printable(layer.media_type, 120) + " is none of a ModelKit's");
  }
  auto path = TRY(kitfile.next(prompt ? "prompt" : type->base, layer.digest));
  // Raw layers, which newer versions write, carry their path as ModelPack's do.
  if (const auto own = TRY(annotated_path(layer))) path = *own;
  auto place = TRY(place_of_layer(path, type->encoding));
  const auto mode = TRY(annotated_mode(layer, type->encoding));
  const auto kind = parse_kit_type(layer.media_type, place)->kind;
  return LayerFile{.descriptor = layer,
                   .path = std::move(place),
                   .kind = kind,
                   .encoding = type->encoding,
                   .mode = mode};
}

}  // namespace

bool is_modelkit(const oci::Manifest& manifest) {
  return manifest.config.media_type == kKitConfigType;
}

std::optional<LayerType> parse_kit_type(std::string_view media_type, std::string_view path) {
  const auto type = split_type(media_type);
  if (!type) return std::nullopt;
  if (type->base == "model") return LayerType{model::Kind::weight, type->encoding};
  if (type->base == "dataset") return LayerType{model::Kind::dataset, type->encoding};
  if (type->base == "code") return LayerType{model::Kind::code, type->encoding};
  if (type->base == "docs") return LayerType{model::Kind::doc, type->encoding};
  if (type->base != "modelpart") return std::nullopt;
  const auto kind = model::classify({.path = std::string(path), .size = 0, .bytes = {}});
  return LayerType{kind == model::Kind::weight ? kind : model::Kind::config, type->encoding};
}

Result<std::vector<LayerFile>> kit_layers(const oci::Manifest& manifest, std::string_view config) {
  const auto document = TRY(json::parse(config).with("Kitfile"));
  auto kitfile = TRY(Kitfile::read(document));
  std::vector<LayerFile> out;
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    auto file = read_layer(manifest.layers[i], kitfile);
    if (!file) {
      return std::move(file).error().with("layer " + std::to_string(i + 1) + " (" +
                                          manifest.layers[i].digest.brief() + ")");
    }
    out.push_back(file.take());
  }
  return out;
}

std::optional<std::string> kit_parent(std::string_view config) {
  const auto document = json::parse(config);
  if (!document || !document->is_object() || !document->contains("model")) return std::nullopt;
  const auto& model = document->at("model");
  if (!model.is_object() || !model.contains("path") || !model["path"].is_string())
    return std::nullopt;
  auto path = model["path"].get<std::string>();
  // "registry/repository:tag" is no path below the Kitfile.
  const auto end = path.find_last_of(":@");
  if (end == std::string::npos || end < path.rfind('/') || !oci::Reference::looks_like(path))
    return std::nullopt;
  return path;
}

}  // namespace mpk::modelpack
