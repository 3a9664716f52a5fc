// unpack: check every path, then fetch, prove and name each file.
#include "modelpack/unpack.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

#include <sys/stat.h>

namespace mpk::modelpack {
namespace {

enum class Existing { none, identical, different };

// The folders on the way to a file must be folders: what lies behind a link is not in `root`.
Result<void> check_way(const std::filesystem::path& root, const std::string& path) {
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    auto folder = root / path.substr(0, slash);
    struct stat status{};
    if (lstat(folder.c_str(), &status) != 0) {
      if (errno == ENOENT) return {};
      return errno_error(errno, "look at", folder);
    }
    if (!S_ISDIR(status.st_mode))
      return Error(ErrorKind::mismatch, folder.string() + " is in the way and is no folder",
                   "remove it, or pull into another directory");
  }
  return {};
}

// Only a regular file with the same bytes counts as there; a symlink is never followed.
Result<Existing> look(const std::filesystem::path& root, const LayerFile& layer) {
  TRY(check_way(root, layer.path));
  auto target = root / layer.path;
  struct stat status{};
  if (lstat(target.c_str(), &status) != 0) {
    if (errno == ENOENT) return Existing::none;
    return errno_error(errno, "look at", target);
  }
  if (!S_ISREG(status.st_mode))
    return Error(ErrorKind::mismatch, target.string() + " is in the way and is no regular file",
                 "remove it, or pull into another directory");
  if (static_cast<std::uint64_t>(status.st_size) != layer.descriptor.size)
    return Existing::different;
  auto reader = TRY(FileReader::open(target));
  crypto::Hasher hasher(layer.descriptor.digest.algorithm());
  Bytes buffer(128U << 10);
  while (auto count = TRY(reader.read(buffer))) hasher.update({buffer.data(), count});
  return hasher.finish() == layer.descriptor.digest ? Existing::identical : Existing::different;
}

Result<void> write_layer(oci::Store& store, const LayerFile& layer, const UnpackOptions& options) {
  auto parent = TRY(make_parents_beneath(options.directory, layer.path));
  auto target = parent / layer.path.substr(layer.path.rfind('/') + 1);
  auto file = TRY(AtomicFile::create(parent));
  std::unique_ptr<ProgressTask> task;
  if (options.progress != nullptr)
    task = options.progress->start(layer.path, layer.descriptor.size);
  TRY(store.fetch_blob(layer.descriptor, [&](BytesView piece) -> Result<void> {
    TRY(options.cancel.check());
    if (task) task->advance(piece.size());
    return file.write(piece);
  }));
  // The store proved the bytes; only now do they get their name.
  TRY(file.commit(target, layer.mode, options.overwrite));
  if (task) task->done("pulled");
  return {};
}

// Before the first byte is fetched: what is there already, and may it be replaced?
Result<std::vector<LayerFile>> missing_layers(const std::vector<LayerFile>& layers,
                                              const UnpackOptions& options) {
  std::vector<Existing> states(layers.size(), Existing::none);
  TRY(parallel_for(layers.size(), options.workers, options.cancel,
                   [&](std::size_t i) -> Result<void> {
                     states[i] = TRY(look(options.directory, layers[i]));
                     return {};
                   }));
  std::vector<LayerFile> out;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (states[i] == Existing::different && !options.overwrite)
      return Error(ErrorKind::exists,
                   (options.directory / layers[i].path).string() + " is there and differs",
                   "--overwrite replaces it; nothing was written");
    if (states[i] != Existing::identical) out.push_back(layers[i]);
  }
  return out;
}

}  // namespace

Result<UnpackOutcome> unpack(oci::Store& store, const oci::Manifest& manifest,
                             const UnpackOptions& options) {
  auto layers = TRY(layer_files(manifest));
  for (const auto& layer : layers) {
    if (layer.encoding != Encoding::raw)
      return Error(ErrorKind::unsupported,
                   "layer " + printable(layer.path) + " is " + layer.descriptor.media_type +
                       ": not supported by this release",
                   "this release extracts raw layers");
  }
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) return Error(ErrorKind::io, options.directory.string() + ": " + error.message());
  auto missing = TRY(missing_layers(layers, options));
  TRY(parallel_for(
      missing.size(), options.workers, options.cancel, [&](std::size_t i) -> Result<void> {
        return write_layer(store, missing[i], options).with("layer " + missing[i].path);
      }));
  UnpackOutcome out{.written = missing.size(), .kept = layers.size() - missing.size()};
  for (const auto& layer : missing) out.bytes += layer.descriptor.size;
  return out;
}

}  // namespace mpk::modelpack
