// The steps of packing: stream every file once, hash it and keep its head on the way; then build.
#include "modelpack/pack_steps.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/file_hasher.hpp"
#include "model/inspect.hpp"
#include "modelpack/archive_source.hpp"
#include "modelpack/model_source.hpp"
#include "modelpack/pack_members.hpp"
#include "modelpack/pack_units.hpp"
#include "modelpack/send.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace mpk::modelpack {
namespace {

// Whether the target has a layer of this path, type and size: then its bytes are probably these.
bool is_probably_there(const PackOptions& options, const std::string& path,
                       std::optional<LayerType> type, std::uint64_t size) {
  if (!options.current) return false;
  return std::ranges::any_of(options.current->layers, [&](const oci::Descriptor& layer) {
    const auto at = layer.annotations.find(std::string(kAnnotationFilepath));
    return at != layer.annotations.end() && at->second == path && layer.size == size &&
           (!type || layer.media_type == media_type(*type));
  });
}

Result<StreamedFile> stream_file(oci::Store* store, const PackPlan& plan,
                                 const PackOptions& options, const WalkFile& file,
                                 const CancelToken& stop) {
  const auto opened = TRY(ModelSource::open(file, options, stop));
  auto& source = *opened;
  auto pushed = oci::Pushed::uploaded;
  if (store != nullptr) {
    const bool hash_first =
        source.known() || is_probably_there(options, file.path, std::nullopt, *source.size());
    pushed = TRY(send(*store, source, hash_first, [&] { return source.digest(); }));
  }
  auto digest = TRY(source.digest());
  auto out = streamed(plan, file, source, std::move(digest));
  out.pushed = pushed;
  source.done(store == nullptr                  ? "read"
              : pushed != oci::Pushed::uploaded ? "already there"
              : store->local()                  ? "stored"
                                                : "pushed");
  return out;
}

// Of several threads.
class Results {
 public:
  explicit Results(std::size_t files) : files_(files) {}

  Result<void> add(std::size_t index, StreamedFile file) {
    const std::uint64_t total = kept_ += file.head.bytes.size();
    if (total > limits::kHeads) {
      return Error(ErrorKind::too_large, "the headers of all files together take more than " +
                                             human_size(limits::kHeads));
    }
    files_[index] = std::move(file);
    return {};
  }
  void add(StreamedArchive archive) {
    const std::scoped_lock lock(mutex_);
    archives_.push_back(std::move(archive));
  }

  Streamed take() {
    Streamed out{.files = {}, .archives = std::move(archives_)};
    for (auto& one : files_) out.files.push_back(std::move(*one));
    // Threads may end in any order.
    std::ranges::sort(out.archives, {}, [](const auto& one) { return one.archive.kind; });
    return out;
  }

 private:
  std::vector<std::optional<StreamedFile>> files_;  // each written by one thread
  std::atomic<std::uint64_t> kept_{0};
  std::mutex mutex_;
  std::vector<StreamedArchive> archives_;
};

Result<void> stream_unit(oci::Store* store, const PackPlan& plan, const PackOptions& options,
                         const PackUnit& unit, const CancelToken& stop, Results& results) {
  if (!unit.archive) {
    const auto index = unit.files.front();
    const auto& file = plan.files[index];
    return results.add(index, TRY(stream_file(store, plan, options, file, stop).with(file.path)));
  }
  ArchiveMembers members(plan, options, unit, stop);
  auto archive = TRY(stream_archive(
      store, *unit.archive, members.list(), [&](std::size_t i) { return members.open(i); }, options,
      stop));
  results.add(std::move(archive));
  auto files = members.take();
  for (std::size_t i = 0; i < files.size(); ++i)
    TRY(results.add(unit.files[i], std::move(files[i])));
  return {};
}

}  // namespace

Result<Streamed> stream_files(oci::Store* store, const PackPlan& plan, const PackOptions& options) {
  const bool is_local = store == nullptr || store->local();
  const auto workers =
      is_local ? std::max(options.workers, crypto::streams_at_a_time()) : options.workers;
  const auto units = TRY(pack_units(plan, options, workers));
  Results results(plan.files.size());
  TRY(parallel_for(units.size(), workers, options.cancel,
                   [&](std::size_t i, const CancelToken& stop) {
                     return stream_unit(store, plan, options, units[i], stop, results);
                   }));
  return results.take();
}

Result<StreamedArchive> stream_archive(oci::Store* store, model::Kind kind,
                                       std::vector<archive::TarMember> members,
                                       archive::TarWriter::Open open, const PackOptions& options,
                                       const CancelToken& stop) {
  const auto source =
      TRY(ArchiveSource::create(std::move(members), options.created.value_or(Timestamp()),
                                std::move(open), stop, options.stats, options.sha512));
  const auto size = *source->size();
  auto pushed = oci::Pushed::uploaded;
  if (store != nullptr) {
    const bool hash_first = is_probably_there(options, ".", LayerType{kind, Encoding::tar}, size);
    pushed = TRY(send(*store, *source, hash_first, [&] { return source->digest(); }));
  }
  auto digest = TRY(source->digest());
  return StreamedArchive{.archive = {.kind = kind,
                                     .digest = std::move(digest),
                                     .size = size,
                                     .sha512 = source->sha512()},
                         .pushed = pushed};
}

Result<PackOutcome> assemble(Streamed streamed, const BuildOptions& options) {
  std::vector<model::FileHead> heads;
  std::vector<ModelFile> files;
  std::vector<Archive> archives;
  std::set<model::Kind> archived;
  std::size_t uploaded = 0, there = 0;
  const auto count = [&](oci::Pushed pushed) {
    (pushed == oci::Pushed::uploaded ? uploaded : there) += 1;
  };
  for (auto& one : streamed.archives) {
    count(one.pushed);
    archived.insert(one.archive.kind);
    archives.push_back(std::move(one.archive));
  }
  for (auto& one : streamed.files) {
    if (!archived.contains(one.file.kind)) count(one.pushed);
    files.push_back(std::move(one.file));
    heads.push_back(std::move(one.head));
  }
  auto info = model::inspect(heads);
  auto artifact = TRY(build_artifact(std::move(files), info, options, std::move(archives)));
  return PackOutcome{.artifact = std::move(artifact),
                     .info = std::move(info),
                     .ignored = {},
                     .blobs_uploaded = uploaded,
                     .blobs_already_there = there};
}

Result<void> push_config(oci::Store& store, PackOutcome& outcome) {
  http::TextSource config(outcome.artifact.config_bytes);
  const auto pushed = TRY(store.push_blob(outcome.artifact.config, config).with("config"));
  (pushed == oci::Pushed::uploaded ? outcome.blobs_uploaded : outcome.blobs_already_there) += 1;
  return {};
}

}  // namespace mpk::modelpack
