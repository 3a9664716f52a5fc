// lint of archives: read as pull reads them, kept nowhere.
#include "modelpack/archive_layer.hpp"
#include "modelpack/layer_annotations.hpp"
#include "modelpack/lint.hpp"
#include "modelpack/media_types.hpp"

#include <string>
#include <utility>

namespace mpk::modelpack {
namespace {

// Where the layer says that it belongs; what is wrong with that is a finding of its own.
std::string place_or_top(const oci::Descriptor& layer, Encoding encoding) {
  const auto path = annotated_path(layer);
  if (!path || !*path) return ".";
  return place_of_layer(**path, encoding).value_or(".");
}

Result<LintedArchive> read_one(oci::Store& store, const oci::Descriptor& layer,
                               const LayerType& type, Progress* progress,
                               const CancelToken& cancel) {
  const LayerFile file{.descriptor = layer,
                       .path = place_or_top(layer, type.encoding),
                       .kind = type.kind,
                       .encoding = type.encoding};
  LintedArchive out;
  auto contents = read_archive(store, file, {.progress = progress, .cancel = cancel});
  if (!contents) {
    const auto kind = contents.error().kind();
    if (kind != ErrorKind::malformed && kind != ErrorKind::too_large) return contents.error();
    out.refusal = std::move(contents).error();
    return out;
  }
  for (auto& each : contents->files) out.paths.push_back(std::move(each.file.path));
  out.warnings = std::move(contents->warnings);
  return out;
}

}  // namespace

Result<std::vector<LintedArchive>> read_linted_archives(oci::Store& store,
                                                        const oci::Manifest& manifest,
                                                        Progress* progress,
                                                        const CancelToken& cancel) {
  std::vector<LintedArchive> out(manifest.layers.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto type = parse_media_type(manifest.layers[i].media_type);
    if (!type || !is_archive(type->encoding)) continue;
    out[i] = TRY(read_one(store, manifest.layers[i], *type, progress, cancel)
                     .with("layer " + std::to_string(i + 1)));
  }
  return out;
}

}  // namespace mpk::modelpack
