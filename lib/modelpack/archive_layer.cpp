// read_archive: fetched by one thread, unpacked and hashed by this one.
#include "modelpack/archive_layer.hpp"

#include "archive/tar_reader.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/file_hasher.hpp"
#include "modelpack/archive_paths.hpp"
#include "modelpack/layer_annotations.hpp"
#include "oci/blob_pipe.hpp"
#include "oci/mirrored_store.hpp"
#include "oci/once_more.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpk::modelpack {
namespace {

constexpr std::size_t kPiece = 64U << 10;

// What one try staged. Unless it is kept it goes at once: the next try needs the room.
class Staged {
 public:
  explicit Staged(const StagingDirectory* directory) : directory_(directory) {}
  Staged(const Staged&) = delete;
  Staged& operator=(const Staged&) = delete;
  ~Staged() {
    for (const auto& name : names_) directory_->remove_file(name);
  }

  Result<StagedFile> create_file(unsigned mode) {
    auto file = TRY(directory_->create_file(mode));
    names_.push_back(file.name());
    return file;
  }
  void keep() { names_.clear(); }

 private:
  const StagingDirectory* directory_;  // null: create_file() is not called
  std::vector<std::string> names_;
};

Result<ArchivedFile> read_entry(archive::TarReader& reader, const archive::TarEntry& entry,
                                const LayerFile& layer, const ArchiveOptions& options,
                                Staged& staged) {
  crypto::FileHasher hasher(options.sha512);
  std::optional<StagedFile> target;
  if (options.staging != nullptr && options.wanted(entry.path))
    target = TRY(staged.create_file(entry.mode));
  std::optional<model::HeadTap> tap;
  if (options.head_wanted && options.head_wanted(entry.path)) tap.emplace(entry.path, entry.size);
  while (true) {
    const BytesView piece = TRY(reader.read());
    if (piece.empty()) break;
    hasher.update(piece);
    if (tap) tap->feed(piece);
    if (target) TRY(target->write(piece));
  }
  auto digests = hasher.finish();
  LayerFile file{.descriptor = {.media_type = media_type({layer.kind, Encoding::raw}),
                                .digest = std::move(digests.sha256),
                                .size = entry.size},
                 .path = entry.path,
                 .kind = layer.kind,
                 .encoding = Encoding::raw,
                 .mode = entry.mode,
                 .sha512 = std::move(digests.sha512)};
  ArchivedFile out{.file = std::move(file), .staged = target ? target->name() : std::string()};
  if (tap) out.head = model::condensed(tap->finish());
  return out;
}

Result<void> place(ArchiveContents& contents, const LayerFile& layer) {
  std::vector<std::string> entries;
  for (const auto& each : contents.files) entries.push_back(each.file.path);
  auto paths = TRY(archive_paths(layer.path, entries));
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto& each = contents.files[i];
    if (each.head) each.head->path = paths[i];
    each.file.path = std::move(paths[i]);
  }
  return {};
}

Result<ArchiveContents> read_entries(oci::BlobPipe& pipe, const LayerFile& layer,
                                     const ArchiveOptions& options, Staged& staged) {
  std::optional<crypto::Hasher> sha512;
  if (options.sha512) sha512.emplace(DigestAlgorithm::sha512);
  const auto source = [&](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
    const auto count = TRY(pipe.read(buffer));
    if (sha512) sha512->update(buffer.first(count));
    return count;
  };
  archive::TarReader reader(source, compression_of(layer.encoding), options.limits);
  ArchiveContents out;
  std::uint64_t kept = 0;
  while (true) {
    TRY(options.cancel.check());
    const auto entry = TRY(reader.next());
    if (!entry) break;
    if (entry->had_special_bits) out.warnings.push_back(special_bits_warning(entry->path));
    if (entry->directory) continue;
    out.files.push_back(TRY(read_entry(reader, *entry, layer, options, staged)));
    if (const auto& head = out.files.back().head) kept += head->bytes.size();
    TRY(check_heads_in_archive(kept));
  }
  // The end of the archive came after the end of the blob, which comes when that is proven.
  TRY(pipe.finish());
  if (sha512) out.sha512 = sha512->finish();
  TRY(place(out, layer));
  return out;
}

// What the bytes are to blame for, rather than who brings or keeps them.
bool is_verdict(ErrorKind kind) {
  return kind == ErrorKind::malformed || kind == ErrorKind::too_large;
}

Result<void> read_rest(oci::BlobPipe& pipe) {
  Bytes thrown_away(kPiece);
  while (TRY(pipe.read(thrown_away)) > 0) {
  }
  return pipe.finish();
}

Result<ArchiveContents> read_once(oci::Store& store, const LayerFile& layer,
                                  const ArchiveOptions& options, ProgressTask* task) {
  oci::BlobPipe pipe(store, layer.descriptor, options.cancel, task);
  Staged staged(options.staging);
  auto contents = read_entries(pipe, layer, options, staged);
  if (contents) {
    staged.keep();
  } else if (is_verdict(contents.error().kind()) && oci::may_be_spoilt(store, layer.descriptor)) {
    // Of bytes that are not the layer's nothing follows for the layer.
    TRY(read_rest(pipe));
  }
  return contents;
}

}  // namespace

archive::Compression compression_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::tar_gzip:
      return archive::Compression::gzip;
    case Encoding::tar_zstd:
      return archive::Compression::zstd;
    case Encoding::raw:
    case Encoding::tar:
      break;
  }
  return archive::Compression::none;
}

Result<void> check_heads_in_archive(std::uint64_t bytes) {
  if (bytes <= limits::kHeads) return {};
  return Error(ErrorKind::too_large,
               "the headers in it take more than " + human_size(limits::kHeads));
}

Result<ArchiveContents> read_archive(oci::Store& store, const LayerFile& layer,
                                     const ArchiveOptions& options) {
  std::unique_ptr<ProgressTask> task;
  if (options.progress != nullptr)
    task = options.progress->start(layer.path, layer.descriptor.size);
  bool again = false;
  auto contents = oci::once_more(store, [&] {
    if (std::exchange(again, true) && task) task->restart();
    return read_once(store, layer, options, task.get());
  });
  if (contents && task) task->done("pulled");
  return contents;
}

}  // namespace mpk::modelpack
