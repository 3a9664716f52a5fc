// Existing files: looked at through no link, and hashed only where they may be identical.
#include "modelpack/unpack_existing.hpp"

#include "base/file.hpp"
#include "crypto/hash.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace mpk::modelpack {
namespace {

constexpr std::size_t kPiece = 128U << 10;  // larger ones fall out of the second-level cache

Error in_the_way(const Place& place) {
  return {ErrorKind::mismatch,
          place.path().string() + ": in the way: expected a regular file, found something else",
          "nothing is written through it; remove it or choose another directory"};
}

Result<Digest> hash_existing(FileReader& reader, const LayerFile& layer,
                             const UnpackOptions& options, const CancelToken& stop,
                             ProgressTask* task) {
  crypto::Hasher hasher(layer.descriptor.digest.algorithm());
  Bytes buffer(kPiece);
  while (true) {
    TRY(stop.check());
    const std::size_t count = TRY(reader.read(buffer));
    if (count == 0) return hasher.finish();
    hasher.update({buffer.data(), count});
    if (task != nullptr) task->advance(count);
    if (options.stats != nullptr) {
      options.stats->bytes_read += count;
      options.stats->bytes_hashed += count;
    }
  }
}

}  // namespace

Result<Existing> look_at_existing(const Directory& root, const LayerFile& layer,
                                  const UnpackOptions& options, const CancelToken& stop) {
  const auto place = TRY(find_parents_beneath(root, layer.path));
  if (!place) return Existing::none;
  // One of another size need not be readable to be replaced.
  struct stat status{};
  if (::fstatat(place->directory.descriptor(), place->name.c_str(), &status, AT_SYMLINK_NOFOLLOW) !=
      0) {
    if (errno == ENOENT) return Existing::none;
    return errno_error(errno, "look at", place->path());
  }
  if (!S_ISREG(status.st_mode)) return in_the_way(*place);
  if (static_cast<std::uint64_t>(status.st_size) != layer.descriptor.size) {
    return Existing::different;
  }
  auto reader = FileReader::open_in(place->directory, place->name);
  if (!reader && reader.error().kind() == ErrorKind::not_found) return Existing::none;
  if (!reader && reader.error().kind() == ErrorKind::mismatch) return in_the_way(*place);
  if (!reader) return std::move(reader).error();
  std::unique_ptr<ProgressTask> task;
  if (options.progress != nullptr) {
    task = options.progress->start("checking " + layer.path, layer.descriptor.size);
  }
  const auto digest = TRY(hash_existing(*reader, layer, options, stop, task.get()));
  const bool identical = digest == layer.descriptor.digest;
  if (task) task->done(identical ? "identical" : "differs");
  return identical ? Existing::identical : Existing::different;
}

}  // namespace mpk::modelpack
