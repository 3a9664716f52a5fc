// unpack: check every path, then fetch, prove and name each file.
#include "modelpack/unpack.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "modelpack/kit.hpp"
#include "modelpack/layer_annotations.hpp"
#include "modelpack/layer_downloads.hpp"
#include "modelpack/unpack_archive.hpp"
#include "modelpack/unpack_case.hpp"
#include "modelpack/unpack_existing.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
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
  StagingDirectory::remove_abandoned(root);
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

Result<void> fetch_layers(oci::Store& store, const Directory& root,
                          const std::vector<LayerFile>& missing, const UnpackOptions& options,
                          UnpackOutcome& outcome) {
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
                                if (!done) {
                                  return std::move(done).error().with("layer " + missing[i].path);
                                }
                                if (!*done) return {};
                                ++files;
                                bytes += missing[i].descriptor.size;
                                return {};
                              });
  if (!fetched) return downloads.with_hint(std::move(fetched).error());
  outcome.written += files;
  outcome.bytes += bytes;
  return {};
}

std::vector<LayerFile> wanted(const std::vector<LayerFile>& files, const UnpackOptions& options) {
  std::vector<LayerFile> out;
  std::ranges::copy_if(files, std::back_inserter(out), [&](const LayerFile& file) {
    return !is_archive(file.encoding) && options.selection.wants(file);
  });
  return out;
}

// What is in an archive is known only when it has been read.
std::vector<LayerFile> wanted_archives(const std::vector<LayerFile>& layers,
                                       const UnpackOptions& options) {
  std::vector<LayerFile> out;
  std::ranges::copy_if(layers, std::back_inserter(out), [&](const LayerFile& layer) {
    return is_archive(layer.encoding) && options.selection.wants_kind(layer.kind);
  });
  return out;
}

Result<void> warn_of_parent(oci::Store& store, const oci::Manifest& manifest,
                            UnpackOutcome& outcome) {
  if (!is_modelkit(manifest)) return {};
  const auto kitfile = TRY(oci::fetch_text(store, manifest.config, limits::kConfigBlob));
  if (const auto parent = kit_parent(kitfile)) {
    outcome.warnings.push_back("the model itself is in " + printable(*parent, 200) +
                               ", which is not pulled along");
  }
  return {};
}

// Raw layers and the archives' files together: paths that meet, and patterns that match nothing.
Result<std::vector<LayerFile>> all_wanted(const std::vector<LayerFile>& layers,
                                          const StagedArchives& staged,
                                          const UnpackOptions& options) {
  std::vector<LayerFile> all;
  std::ranges::copy_if(layers, std::back_inserter(all),
                       [](const LayerFile& layer) { return !is_archive(layer.encoding); });
  all.insert(all.end(), staged.files().begin(), staged.files().end());
  TRY(check_places(all));
  TRY(options.selection.check_used(all));
  return wanted(all, options);
}

}  // namespace

Result<UnpackOutcome> unpack(oci::Store& store, const oci::Manifest& manifest,
                             const UnpackOptions& options) {
  auto layers = TRY(layer_files(store, manifest));
  const bool archives = std::ranges::any_of(
      layers, [](const LayerFile& layer) { return is_archive(layer.encoding); });
  if (!archives) TRY(options.selection.check_used(layers));
  TRY(make_directories(options.directory));
  const auto root = TRY(Directory::open(options.directory));
  const auto raw = wanted(layers, options);
  std::set<std::string> part_keys;
  for (const auto& layer : raw) part_keys.insert(part_key(layer));
  remove_left_overs(root, layers, part_keys);
  TRY(check_case(root, raw));
  // Before an archive is fetched for nothing.
  const auto missing = TRY(missing_layers(root, raw, options));
  auto staged = TRY(StagedArchives::read(store, root, wanted_archives(layers, options), options));
  const auto files = TRY(all_wanted(layers, staged, options));
  TRY(check_case(root, files));
  const auto missing_staged = TRY(missing_layers(root, wanted(staged.files(), options), options));
  UnpackOutcome outcome{.warnings = staged.take_warnings()};
  for (const auto& layer : raw) {
    if (has_special_bits(layer.descriptor))
      outcome.warnings.push_back(special_bits_warning(layer.path));
  }
  TRY(warn_of_parent(store, manifest, outcome));
  TRY(staged.place(root, missing_staged, options, outcome));
  TRY(fetch_layers(store, root, missing, options, outcome));
  remove_left_overs(root, layers, {});
  outcome.kept = files.size() - outcome.written;
  return outcome;
}

}  // namespace mpk::modelpack
