// Side: an artifact as its manifest lists it, or a directory as pack would read it.
#include "flow/diff_side.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "flow/heads.hpp"
#include "flow/pack.hpp"
#include "json/parse.hpp"
#include "modelpack/pack_steps.hpp"
#include "oci/manifest.hpp"

#include <set>
#include <string_view>
#include <utility>

namespace mpk::flow {
namespace {

using modelpack::FileEntry;
using modelpack::LayerFile;

FileEntry entry_of(const LayerFile& file, std::string archive = {}) {
  return {.path = file.path,
          .kind = file.kind,
          .size = file.descriptor.size,
          .digest = file.descriptor.digest,
          .mode = file.mode,
          .archive = std::move(archive)};
}

Result<Side> open_artifact(const Context& context, const oci::Reference& reference) {
  Side side;
  side.shown.name = reference.text();
  side.store = TRY(open_store(context, reference));
  const auto descriptor = TRY(resolve(*side.store, reference));
  const auto bytes = TRY(side.store->fetch_manifest(descriptor));
  if (oci::is_index(bytes, descriptor.media_type)) {
    return Error(ErrorKind::unsupported, reference.text() + ": an image index, not one artifact",
                 "name one of its manifests by digest");
  }
  const auto manifest =
      TRY(oci::parse_manifest(bytes, descriptor.media_type).with(reference.text()));
  side.shown.descriptor = descriptor;
  side.shown.artifact_type = manifest.effective_artifact_type();
  side.annotations = manifest.annotations;
  side.config_digest = manifest.config.digest;
  const auto config =
      TRY(oci::fetch_text(*side.store, manifest.config, limits::kConfigBlob).with("config"));
  side.layers = TRY(modelpack::layer_files(manifest, config).with(reference.text()));
  if (modelpack::is_modelpack(manifest)) {
    if (auto parsed = json::parse(config); parsed && parsed->is_object()) side.config = *parsed;
  }
  for (const auto& layer : side.layers) {
    if (!is_archive(layer.encoding)) side.files.push_back(entry_of(layer));
  }
  return side;
}

Result<Side> open_directory(const Context& context, const std::filesystem::path& directory) {
  const PackRequest request{.directory = directory};
  auto options = pack_options(context, request);
  auto planned = modelpack::plan_pack(options);
  if (!planned && planned.error().kind() == ErrorKind::usage && planned.error().hint().empty()) {
    return std::move(planned).error().with_hint(
        "an artifact is written HOST/REPOSITORY:TAG, or oci:DIR:TAG for a local OCI layout");
  }
  auto plan = TRY(std::move(planned));
  plan.archives = false;  // the files count here, not how they would travel
  auto streamed = TRY(modelpack::stream_files(nullptr, plan, options));
  Side side;
  side.shown.name = directory.string();
  for (auto& read : streamed.files) {
    side.files.push_back({.path = read.file.path,
                          .kind = read.file.kind,
                          .size = read.file.size,
                          .digest = read.file.digest,
                          .mode = read.file.executable ? 0755U : 0644U});
    side.heads.emplace(read.file.path, std::move(read.head));
  }
  return side;
}

/// Archives may share a folder: the second one that was not read gets a number.
std::string sealed_path(const Side& side, const std::string& path) {
  std::string out = path;
  for (int number = 2; side.sealed.contains(out); ++number)
    out = path + " #" + std::to_string(number);
  return out;
}

void add_archive(Side& side, const LayerFile& layer, LayerHeads& read,
                 std::vector<std::string>& notes) {
  for (const auto& file : read.files) side.files.push_back(entry_of(file, layer.path));
  if (read.whole) return;
  auto entry = entry_of(layer, layer.path);
  entry.path = sealed_path(side, layer.path);
  entry.sealed = true;
  auto& inside = side.sealed[entry.path];
  for (const auto& head : read.heads) inside.push_back(head.path);
  side.files.push_back(std::move(entry));
  notes.push_back(printable(side.shown.name, 200) + ": " +
                  (read.problem.empty()
                       ? "layer " + printable(layer.path, 200) + ": the files in this archive of " +
                             human_size(layer.descriptor.size) + " were not compared"
                       : read.problem));
}

/// Two layers with one path are refused by layer_files(), a second file in archives here. A sealed
/// archive is named by its layer, which a file may be named like.
Result<void> check_unique(const Side& side) {
  std::set<std::pair<std::string_view, bool>> paths;
  for (const auto& file : side.files) {
    if (paths.emplace(file.path, file.sealed).second) continue;
    return Error(ErrorKind::malformed, printable(side.shown.name, 200) + ": a second file is " +
                                           printable(file.path, 200));
  }
  return {};
}

}  // namespace

Result<Side> open_side(const Context& context, const DiffTarget& target) {
  if (const auto* reference = std::get_if<oci::Reference>(&target))
    return open_artifact(context, *reference);
  return open_directory(context, std::get<std::filesystem::path>(target));
}

bool same_layer(const LayerFile& a, const LayerFile& b) {
  return a.descriptor.digest == b.descriptor.digest && a.path == b.path &&
         a.encoding == b.encoding && a.kind == b.kind;
}

Result<void> read_layers(const Context& context, Side& side, const std::vector<LayerFile>& layers,
                         std::vector<std::string>& notes) {
  if (layers.empty()) return {};
  const auto wanted = [](std::string_view path, model::Kind kind) {
    return is_weights(path, kind) || is_document(path);
  };
  auto read = TRY(read_heads(context, *side.store, layers, wanted));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (is_archive(layers[i].encoding)) add_archive(side, layers[i], read[i], notes);
    for (auto& head : read[i].heads) side.heads.insert_or_assign(head.path, std::move(head));
  }
  return check_unique(side);
}

}  // namespace mpk::flow
