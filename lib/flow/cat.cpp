// cat: found among the raw layers, or else in the archives where it may be.
#include "flow/cat.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "modelpack/archive_layer.hpp"
#include "modelpack/archive_paths.hpp"
#include "modelpack/artifact.hpp"
#include "modelpack/staging.hpp"
#include "oci/manifest.hpp"
#include "oci/mirrored_store.hpp"
#include "oci/once_more.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace mpk::flow {
namespace {

constexpr std::size_t kPiece = 128U << 10;

using modelpack::LayerFile;

bool below(std::string_view path, std::string_view folder) {
  return folder == "." ||
         (path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/');
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

Error no_such_file(const std::string& path, const std::vector<std::string>& paths) {
  if (std::ranges::any_of(paths, [&](const auto& each) { return below(each, path); })) {
    return {ErrorKind::usage, printable(path, 200) + ": a folder, expected a file",
            "mpk inspect shows the files"};
  }
  const std::string_view near = nearest(path, paths);
  std::string hint = near.empty() ? std::string() : "did you mean " + printable(near, 200) + "?";
  for (const auto& each : paths) {
    if (hint.empty() && base_name(each) == base_name(path))
      hint = "did you mean " + printable(each, 200) + "?";
  }
  return {ErrorKind::usage, printable(path, 200) + ": the artifact has no such file",
          hint.empty() ? "mpk inspect shows the files" : hint};
}

Result<void> send(const Directory& directory, const std::string& name, const oci::Sink& sink) {
  auto reader = TRY(FileReader::open_in(directory, name));
  Bytes buffer(kPiece);
  while (true) {
    const std::size_t count = TRY(reader.read(buffer));
    if (count == 0) return {};
    TRY(sink({buffer.data(), count}));
  }
}

// Sent bytes can't be taken back, but those that wait can be fetched once more.
Result<void> cat_proven(oci::Store& store, const LayerFile& layer, const oci::Sink& sink) {
  const auto temporary = TRY(TempDir::create("mpk-cat"));
  const auto root = TRY(Directory::open(temporary.path()));
  const auto staging = TRY(modelpack::StagingDirectory::create(root));
  const auto name = TRY(oci::once_more(store, [&]() -> Result<std::string> {
    auto file = TRY(staging.create_file(0600));
    auto fetched =
        store.fetch_blob(layer.descriptor, [&](BytesView piece) { return file.write(piece); });
    if (fetched) return file.name();
    staging.remove_file(file.name());
    return std::move(fetched).error();
  }));
  return send(staging.directory(), name, sink);
}

Result<void> cat_raw(oci::Store& store, const LayerFile& layer, const oci::Sink& sink) {
  if (oci::may_be_spoilt(store, layer.descriptor)) return cat_proven(store, layer, sink);
  return store.fetch_blob(layer.descriptor, sink);
}

/// False: it is not in there. Its files' paths are added to `paths`.
Result<bool> cat_archived(const Context& context, oci::Store& store, const LayerFile& layer,
                          const std::string& path, const oci::Sink& sink,
                          std::vector<std::string>& paths) {
  const auto temporary = TRY(TempDir::create("mpk-cat"));
  const auto root = TRY(Directory::open(temporary.path()));
  const auto staging = TRY(modelpack::StagingDirectory::create(root));
  const auto contents =
      TRY(modelpack::read_archive(store, layer,
                                  {.staging = &staging,
                                   .wanted =
                                       [&](const std::string& entry) {
                                         return modelpack::may_become(layer.path, entry, path);
                                       },
                                   .cancel = context.cancel})
              .with("layer " + layer.path + " (" + layer.descriptor.digest.brief() + ")"));
  for (const auto& each : contents.files) {
    paths.push_back(each.file.path);
    if (each.file.path != path) continue;
    TRY(send(staging.directory(), each.staged, sink));
    return true;
  }
  return false;
}

}  // namespace

Result<void> cat(const Context& context, const oci::Reference& reference, const std::string& path,
                 const oci::Sink& sink) {
  auto store = TRY(open_store(context, reference));
  const auto descriptor = TRY(resolve(*store, reference));
  const auto bytes = TRY(store->fetch_manifest(descriptor));
  const auto manifest = TRY(oci::parse_manifest(bytes, descriptor.media_type));
  const auto layers = TRY(modelpack::layer_files(*store, manifest));
  std::vector<std::string> paths;
  for (const auto& layer : layers) {
    if (modelpack::is_archive(layer.encoding)) continue;
    if (layer.path == path) return cat_raw(*store, layer, sink).with(path);
    paths.push_back(layer.path);
  }
  for (const auto& layer : layers) {
    if (!modelpack::is_archive(layer.encoding)) continue;
    if (layer.path != path && !below(path, layer.path)) {
      paths.push_back(layer.path);
    } else if (TRY(cat_archived(context, *store, layer, path, sink, paths))) {
      return {};
    }
  }
  return no_such_file(path, paths);
}

}  // namespace mpk::flow
