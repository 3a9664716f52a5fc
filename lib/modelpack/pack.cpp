// pack: stream every file once; hash it and keep its head on the way.
#include "modelpack/pack.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/head.hpp"
#include "model/inspect.hpp"
#include "modelpack/model_source.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

namespace mpk::modelpack {
namespace {

struct Streamed {
  std::optional<Digest> digest;
  model::FileHead head;  // condensed
  model::Kind kind = model::Kind::doc;
  oci::Pushed pushed = oci::Pushed::uploaded;
};

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

Result<Streamed> stream_file(oci::Store* store, const PackOptions& options, const WalkFile& file,
                             const CancelToken& stop) {
  const auto opened = TRY(ModelSource::open(file, options, stop));
  auto& source = *opened;
  auto size = *source.size();
  Streamed out;
  if (store == nullptr) {
    out.digest = TRY(source.digest());
  } else if (source.known() || unchanged_candidate(options, file) != nullptr) {
    out.digest = TRY(source.digest());
    out.pushed = TRY(push_hashed(*store, source, *out.digest, size));
  } else {
    auto pushed = store->push_stream(source, size, [&] { return source.digest(); });
    if (!pushed && pushed.error().kind() == ErrorKind::unsupported) {
      out.digest = TRY(source.digest());
      pushed = push_hashed(*store, source, *out.digest, size);
    }
    if (!pushed) return std::move(pushed).error();
    out.pushed = *pushed;
    out.digest = TRY(source.digest());
  }
  auto head = source.head();
  out.kind = model::classify(head);
  out.head = model::condensed(std::move(head));
  source.done(store == nullptr                      ? "read"
              : out.pushed != oci::Pushed::uploaded ? "already there"
              : store->local()                      ? "stored"
                                                    : "pushed");
  return out;
}

std::filesystem::path modelfile_path(const PackOptions& options) {
  return options.modelfile.value_or(options.directory / "Modelfile");
}

Result<std::optional<Modelfile>> load_modelfile(const PackOptions& options) {
  auto path = modelfile_path(options);
  auto text = read_file(path, limits::kYamlDocument);
  if (!text && text.error().kind() == ErrorKind::not_found && !options.modelfile)
    return std::optional<Modelfile>();
  if (!text) return std::move(text).error().with_kind(ErrorKind::usage);
  return std::optional(TRY(parse_modelfile(*text).with(path.string())));
}

// With a Modelfile only what it names is packed, and a pattern that names nothing is a mistake.
Result<void> apply_modelfile(const Modelfile& modelfile, WalkResult& walked) {
  for (const auto& pattern : modelfile.patterns) {
    bool used = std::any_of(walked.files.begin(), walked.files.end(), [&](const WalkFile& file) {
      return glob_match(pattern.glob, file.path);
    });
    if (!used)
      return Error(ErrorKind::usage, "Modelfile:" + std::to_string(pattern.line) +
                                         ": no file matches " + printable(pattern.glob, 120));
  }
  if (modelfile.patterns.empty()) return {};
  std::vector<WalkFile> kept;
  for (auto& file : walked.files) {
    if (modelfile.kind_of(file.path)) {
      kept.push_back(std::move(file));
    } else {
      walked.ignored.push_back(file.path);
    }
  }
  walked.files = std::move(kept);
  std::sort(walked.ignored.begin(), walked.ignored.end());
  return {};
}

// The Modelfile steers packing; it is no part of the model, and naming it with -f changes nothing.
void drop_modelfile(const PackOptions& options, WalkResult& walked) {
  std::erase_if(walked.files, [&](const WalkFile& file) {
    std::error_code ignored;
    if (!std::filesystem::equivalent(file.absolute, modelfile_path(options), ignored)) return false;
    walked.ignored.push_back(file.path);
    return true;
  });
  std::sort(walked.ignored.begin(), walked.ignored.end());
}

// The exact check comes with the digests; this one comes before the first byte is sent.
Result<void> check_manifest_size(const std::vector<WalkFile>& files) {
  std::vector<ModelFile> guess;
  for (const auto& file : files) {
    guess.push_back({.path = file.path,
                     .kind = model::Kind::doc,
                     .size = file.size,
                     .executable = file.executable,
                     .digest = crypto::sha256(std::string_view())});
  }
  TRY(build_artifact(std::move(guess), {}, {}));
  return {};
}

// Hashing decides, not a wire: two streams make a pair (crypto/hash_pairs.hpp), and while one waits
// for its partner, another pair must be there to run.
std::size_t local_workers() {
  constexpr std::size_t kStreamsPerCore = 4;
  return kStreamsPerCore * std::max(1U, std::thread::hardware_concurrency());
}

Result<PackOutcome> pack(oci::Store* store, const PackPlan& plan, const PackOptions& options) {
  const bool is_local = store == nullptr || store->local();
  const auto workers = is_local ? std::max(options.workers, local_workers()) : options.workers;
  std::vector<Streamed> streamed(plan.files.size());
  std::atomic<std::uint64_t> kept{0};
  TRY(parallel_for(plan.files.size(), workers, options.cancel,
                   [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                     auto one = stream_file(store, options, plan.files[i], stop);
                     if (!one) return std::move(one).error().with(plan.files[i].path);
                     streamed[i] = one.take();
                     if ((kept += streamed[i].head.bytes.size()) > limits::kHeads)
                       return Error(ErrorKind::too_large,
                                    "the headers of all files together take more than " +
                                        human_size(limits::kHeads));
                     return {};
                   }));

  std::vector<model::FileHead> heads;
  std::vector<ModelFile> files;
  std::size_t uploaded = 0, there = 0;
  for (std::size_t i = 0; i < streamed.size(); ++i) {
    const auto& file = plan.files[i];
    auto kind = plan.modelfile ? plan.modelfile->kind_of(file.path) : std::nullopt;
    files.push_back({.path = file.path,
                     .kind = kind.value_or(streamed[i].kind),
                     .size = streamed[i].head.size,
                     .executable = file.executable,
                     .digest = *streamed[i].digest});
    (streamed[i].pushed == oci::Pushed::uploaded ? uploaded : there) += 1;
    heads.push_back(std::move(streamed[i].head));
  }
  auto info = model::inspect(heads);
  auto artifact = TRY(build_artifact(std::move(files), info,
                                     {.created = options.created, .modelfile = plan.modelfile}));
  if (store != nullptr) {
    http::TextSource config(artifact.config_bytes);
    auto pushed = TRY(store->push_blob(artifact.config, config).with("config"));
    (pushed == oci::Pushed::uploaded ? uploaded : there) += 1;
  }
  return PackOutcome{.artifact = std::move(artifact),
                     .info = std::move(info),
                     .ignored = plan.ignored,
                     .blobs_uploaded = uploaded,
                     .blobs_already_there = there};
}

}  // namespace

Result<PackPlan> plan_pack(const PackOptions& options) {
  auto modelfile = TRY(load_modelfile(options));
  auto walked = TRY(walk_model(options.directory));
  if (modelfile) {
    drop_modelfile(options, walked);
    TRY(apply_modelfile(*modelfile, walked));
  }
  TRY(check_manifest_size(walked.files));
  return PackPlan{.files = std::move(walked.files),
                  .modelfile = std::move(modelfile),
                  .ignored = std::move(walked.ignored)};
}

Result<PackOutcome> pack_into(oci::Store& store, const PackPlan& plan, const PackOptions& options) {
  return pack(&store, plan, options);
}

Result<PackOutcome> pack_dry(const PackPlan& plan, const PackOptions& options) {
  return pack(nullptr, plan, options);
}

}  // namespace mpk::modelpack
