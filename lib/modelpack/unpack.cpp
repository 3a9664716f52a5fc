// unpack: check every path, then fetch, prove and name each file.
#include "modelpack/unpack.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "modelpack/layer_downloads.hpp"
#include "modelpack/unpack_case.hpp"
#include "modelpack/unpack_existing.hpp"

#include <atomic>
#include <set>

namespace mpk::modelpack {
namespace {

Error differs(const UnpackOptions& options, const LayerFile& layer, std::string hint) {
  return {ErrorKind::exists, (options.directory / layer.path).string() + " is there and differs",
          std::move(hint)};
}

// False: an identical file came meanwhile.
Result<bool> write_layer(LayerDownloads& downloads, const Directory& root, const LayerFile& layer,
                         const UnpackOptions& options, const CancelToken& stop) {
  const auto place = TRY(make_parents_beneath(root, layer.path));
  std::unique_ptr<ProgressTask> task;
  if (options.progress != nullptr)
    task = options.progress->start(layer.path, layer.descriptor.size);
  auto named = downloads.fetch(layer, place, options.overwrite, stop, task.get());
  if (!named && named.error().kind() == ErrorKind::exists) {
    if (TRY(look_at_existing(root, layer, options, stop)) != Existing::identical)
      return differs(options, layer, "--overwrite replaces it");
    if (task) task->done("there meanwhile");
    return false;
  }
  TRY(std::move(named));
  if (task) task->done("pulled");
  return true;
}

// Before the first byte is fetched: what is there already, and may it be replaced?
Result<std::vector<LayerFile>> missing_layers(const Directory& root,
                                              const std::vector<LayerFile>& layers,
                                              const UnpackOptions& options) {
  std::vector<Existing> states(layers.size(), Existing::none);
  TRY(parallel_for(layers.size(), options.workers, options.cancel,
                   [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                     states[i] = TRY(look_at_existing(root, layers[i], options, stop));
                     return {};
                   }));
  std::vector<LayerFile> out;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (states[i] == Existing::different && !options.overwrite)
      return differs(options, layers[i], "--overwrite replaces it; nothing was written");
    if (states[i] != Existing::identical) out.push_back(layers[i]);
  }
  return out;
}

// `part_keys`: of the part files that this unpack goes on with.
void remove_left_overs(const Directory& root, const std::vector<LayerFile>& layers,
                       const std::set<std::string>& part_keys) {
  std::set<std::string> folders = {"x"};
  for (const auto& layer : layers)
    folders.insert(layer.path.substr(0, layer.path.rfind('/') + 1) + "x");
  for (const auto& folder : folders) {
    // What is in the way is refused later, by name.
    const auto place = find_parents_beneath(root, folder);
    if (place && *place) remove_abandoned_files((*place)->directory, part_keys);
  }
}

Result<void> check_case(const Directory& root, const std::vector<LayerFile>& layers) {
  std::vector<std::string> paths;
  for (const auto& layer : layers) paths.push_back(layer.path);
  const auto collision = case_collision(paths);
  if (!collision || !TRY(folds_case(root))) return {};
  return Error(ErrorKind::unsupported,
               "layers " + printable(collision->first) + " and " + printable(collision->second) +
                   ": one file, as " + root.path().string() + " ignores case",
               "pull into a directory on a file system that tells upper from lower case");
}

}  // namespace

Result<UnpackOutcome> unpack(oci::Store& store, const oci::Manifest& manifest,
                             const UnpackOptions& options) {
  auto layers = TRY(layer_files(manifest));
  for (const auto& layer : layers) {
    if (layer.encoding != Encoding::raw) {
      return Error(ErrorKind::unsupported,
                   "layer " + printable(layer.path) + " is " + layer.descriptor.media_type +
                       ": not supported by this release",
                   "this release extracts raw layers");
    }
  }
  TRY(make_directories(options.directory));
  const auto root = TRY(Directory::open(options.directory));
  std::set<std::string> part_keys;
  for (const auto& layer : layers) part_keys.insert(part_key(layer));
  remove_left_overs(root, layers, part_keys);
  TRY(check_case(root, layers));
  auto missing = TRY(missing_layers(root, layers, options));
  std::atomic<std::size_t> files{0};
  std::atomic<std::uint64_t> bytes{0};
  LayerDownloads downloads(store, missing.size(), options.stats);
  // Whoever finds no file left helps with those that are large: hence more turns than files.
  const std::size_t turns = missing.empty() ? 0 : missing.size() + options.workers - 1;
  auto fetched = parallel_for(turns, options.workers, options.cancel,
                              [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                                if (i >= missing.size()) return downloads.help(stop);
                                const LayerDownloads::Turn turn(downloads);
                                auto done = write_layer(downloads, root, missing[i], options, stop);
                                if (!done)
                                  return std::move(done).error().with("layer " + missing[i].path);
                                if (!*done) return {};
                                ++files;
                                bytes += missing[i].descriptor.size;
                                return {};
                              });
  if (!fetched) return downloads.with_hint(std::move(fetched).error());
  remove_left_overs(root, layers, {});
  return UnpackOutcome{.written = files, .kept = layers.size() - files, .bytes = bytes};
}

}  // namespace mpk::modelpack
