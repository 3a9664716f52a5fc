// StagedArchives: read in parallel, renamed one after the other.
#include "modelpack/unpack_archive.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/rename.hpp"
#include "modelpack/unpack_existing.hpp"

#include <cerrno>
#include <cstdio>
#include <map>
#include <utility>

namespace mpk::modelpack {

Result<StagedArchives> StagedArchives::read(oci::Store& store, const Directory& root,
                                            const std::vector<LayerFile>& layers,
                                            const UnpackOptions& options) {
  StagedArchives out;
  std::vector<const LayerFile*> archives;
  for (const auto& layer : layers) {
    if (is_archive(layer.encoding)) archives.push_back(&layer);
  }
  if (archives.empty()) return out;
  out.staging_.emplace(TRY(StagingDirectory::create(root)));
  std::vector<ArchiveContents> contents(archives.size());
  TRY(parallel_for(archives.size(), options.workers, options.cancel,
                   [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                     auto read = read_archive(
                         store, *archives[i],
                         {.staging = &*out.staging_, .progress = options.progress, .cancel = stop});
                     if (!read)
                       return std::move(read).error().with("layer " + archives[i]->path + " (" +
                                                           archives[i]->descriptor.digest.brief() +
                                                           ")");
                     contents[i] = read.take();
                     return {};
                   }));
  for (auto& each : contents) {
    for (auto& archived : each.files) {
      out.files_.push_back(std::move(archived.file));
      out.names_.push_back(std::move(archived.staged));
    }
    for (auto& warning : each.warnings) out.warnings_.push_back(std::move(warning));
  }
  if (out.files_.size() > limits::kArchiveEntries) {
    return Error(ErrorKind::too_large, "the archives hold " + std::to_string(out.files_.size()) +
                                           " files together, at most " +
                                           std::to_string(limits::kArchiveEntries) + " are taken");
  }
  return out;
}

// False: something has the name.
Result<bool> StagedArchives::place_one(const Directory& target, const std::string& name,
                                       const std::string& staged, bool replace) const {
  const int from = staging_->directory().descriptor();
  const int number =
      replace
          ? (::renameat(from, staged.c_str(), target.descriptor(), name.c_str()) == 0 ? 0 : errno)
          : rename_unless_exists(from, staged.c_str(), target.descriptor(), name.c_str());
  if (number == EEXIST && !replace) return false;
  if (number != 0) return errno_error(number, "create", target.path() / name);
  return true;
}

Result<void> StagedArchives::place(const Directory& root, const std::vector<LayerFile>& missing,
                                   const UnpackOptions& options, UnpackOutcome& outcome) const {
  if (missing.empty()) return {};
  TRY(staging_->sync());
  std::map<std::string, Directory> written;  // by path; each is synced once
  std::size_t at = 0;
  for (const auto& file : missing) {
    TRY(options.cancel.check());
    while (files_[at].path != file.path) ++at;
    const auto place = TRY(make_parents_beneath(root, file.path));
    if (TRY(place_one(place.directory, place.name, names_[at], options.overwrite))) {
      ++outcome.written;
      outcome.bytes += file.descriptor.size;
      written.emplace(place.directory.path().native(), place.directory);
    } else if (TRY(look_at_existing(root, file, options, options.cancel)) != Existing::identical) {
      return Error(ErrorKind::exists,
                   (options.directory / file.path).string() + " is there and differs",
                   "--overwrite replaces it");
    }
  }
  for (const auto& [path, directory] : written) TRY(directory.sync());
  return {};
}

}  // namespace mpk::modelpack
