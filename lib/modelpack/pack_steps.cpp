// The steps of packing: stream every file once, hash it and keep its head on the way; then build.
#include "modelpack/pack_steps.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/inspect.hpp"
#include "modelpack/model_source.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace mpk::modelpack {
namespace {

// What the target has under this path now, if its size is the same.
const oci::Descriptor* unchanged_candidate(const PackOptions& options, const WalkFile& file) {
  if (!options.current) return nullptr;
  for (const auto& layer : options.current->layers) {
    auto path = layer.annotations.find(std::string(kAnnotationFilepath));
    if (path != layer.annotations.end() && path->second == file.path && layer.size == file.size)
      return &layer;
  }
  return nullptr;
}

Result<oci::Pushed> push_hashed(oci::Store& store, ModelSource& source, const Digest& digest,
                                std::uint64_t size) {
  if (!source.known()) TRY(source.rewind());
  return store.push_blob({.media_type = "application/octet-stream", .digest = digest, .size = size},
                         source);
}

Result<oci::Pushed> send(oci::Store& store, ModelSource& source, bool hash_first) {
  const auto size = *source.size();
  if (hash_first) return push_hashed(store, source, TRY(source.digest()), size);
  auto pushed = store.push_stream(source, size, [&] { return source.digest(); });
  if (!pushed && pushed.error().kind() == ErrorKind::unsupported)
    return push_hashed(store, source, TRY(source.digest()), size);
  return pushed;
}

Result<StreamedFile> stream_file(oci::Store* store, const PackPlan& plan,
                                 const PackOptions& options, const WalkFile& file,
                                 const CancelToken& stop) {
  const auto opened = TRY(ModelSource::open(file, options, stop));
  auto& source = *opened;
  auto pushed = oci::Pushed::uploaded;
  if (store != nullptr) {
    const bool hash_first = source.known() || unchanged_candidate(options, file) != nullptr;
    pushed = TRY(send(*store, source, hash_first));
  }
  auto digest = TRY(source.digest());
  auto head = source.head();
  const auto named = plan.modelfile ? plan.modelfile->kind_of(file.path) : std::nullopt;
  ModelFile known{.path = file.path,
                  .kind = named.value_or(model::classify(head)),
                  .size = head.size,
                  .executable = file.executable,
                  .digest = std::move(digest)};
  source.done(store == nullptr                  ? "read"
              : pushed != oci::Pushed::uploaded ? "already there"
              : store->local()                  ? "stored"
                                                : "pushed");
  return StreamedFile{
      .file = std::move(known), .head = model::condensed(std::move(head)), .pushed = pushed};
}

// Hashing decides, not a wire: two streams make a pair (crypto/hash_pairs.hpp), and while one waits
// for its partner, another pair must be there to run.
std::size_t local_workers() {
  constexpr std::size_t kStreamsPerCore = 4;
  return kStreamsPerCore * std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

Result<std::vector<StreamedFile>> stream_files(oci::Store* store, const PackPlan& plan,
                                               const PackOptions& options) {
  const bool is_local = store == nullptr || store->local();
  const auto workers = is_local ? std::max(options.workers, local_workers()) : options.workers;
  std::vector<std::optional<StreamedFile>> streamed(plan.files.size());
  std::atomic<std::uint64_t> kept{0};
  TRY(parallel_for(plan.files.size(), workers, options.cancel,
                   [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                     auto one = stream_file(store, plan, options, plan.files[i], stop);
                     if (!one) return std::move(one).error().with(plan.files[i].path);
                     streamed[i] = one.take();
                     const std::uint64_t total = kept += streamed[i]->head.bytes.size();
                     if (total > limits::kHeads) {
                       return Error(ErrorKind::too_large,
                                    "the headers of all files together take more than " +
                                        human_size(limits::kHeads));
                     }
                     return {};
                   }));
  std::vector<StreamedFile> out;
  out.reserve(streamed.size());
  for (auto& one : streamed) out.push_back(std::move(*one));
  return out;
}

Result<PackOutcome> assemble(std::vector<StreamedFile> streamed, const BuildOptions& options) {
  std::vector<model::FileHead> heads;
  std::vector<ModelFile> files;
  std::size_t uploaded = 0;
  for (auto& one : streamed) {
    if (one.pushed == oci::Pushed::uploaded) ++uploaded;
    files.push_back(std::move(one.file));
    heads.push_back(std::move(one.head));
  }
  auto info = model::inspect(heads);
  auto artifact = TRY(build_artifact(std::move(files), info, options));
  return PackOutcome{.artifact = std::move(artifact),
                     .info = std::move(info),
                     .ignored = {},
                     .blobs_uploaded = uploaded,
                     .blobs_already_there = streamed.size() - uploaded};
}

Result<void> push_config(oci::Store& store, PackOutcome& outcome) {
  http::TextSource config(outcome.artifact.config_bytes);
  const auto pushed = TRY(store.push_blob(outcome.artifact.config, config).with("config"));
  (pushed == oci::Pushed::uploaded ? outcome.blobs_uploaded : outcome.blobs_already_there) += 1;
  return {};
}

}  // namespace mpk::modelpack
