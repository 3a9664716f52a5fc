// pack: stream every file once; hash it and keep its head on the way.
#include "modelpack/pack.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/walk.hpp"
#include "crypto/hash.hpp"
#include "model/head.hpp"
#include "model/inspect.hpp"

#include <algorithm>
#include <atomic>
#include <map>

namespace mpk::modelpack {
namespace {

constexpr std::size_t kChunk = 128U << 10;  // larger pieces fall out of the L2 cache

// A file as a store reads it: the first time through it is hashed and its head is kept. Reading
// again (a retry) only counts bytes: the digest of the first pass must come out again at the host.
class ModelSource final : public oci::Source {
 public:
  ModelSource(const WalkFile& file, FileReader reader, const PackOptions& options)
      : file_(file),
        reader_(std::move(reader)),
        options_(options),
        tap_(file.path, reader_.size()) {
    if (options.progress != nullptr) task_ = options.progress->start(file.path, reader_.size());
  }

  std::optional<std::uint64_t> size() const override { return reader_.size(); }

  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    TRY(options_.cancel.check());
    auto count = TRY(reader_.read(buffer));
    offset_ += count;
    if (offset_ > reader_.size())
      return Error(ErrorKind::mismatch, file_.path + " grew while it was read",
                   "run the command again when nobody writes to it");
    if (options_.stats != nullptr) options_.stats->bytes_read += count;
    if (task_) task_->advance(count);
    BytesView piece{buffer.data(), count};
    if (!digest_ && offset_ > hashed_) take(piece);
    if (count == 0 && !digest_) TRY(finish());
    return count;
  }

  Result<void> rewind() override {
    TRY(reader_.seek(0));
    offset_ = 0;
    if (task_) task_->restart();
    return {};
  }

  // Reads what is left, if the store stopped before the end.
  Result<Digest> digest() {
    Bytes buffer(kChunk);
    while (!digest_) TRY(read(buffer));
    return *digest_;
  }
  model::FileHead head() { return tap_.finish(); }
  void done(std::string_view outcome) {
    if (task_) task_->done(outcome);
  }

 private:
  // After a rewind in mid-stream the first bytes come again: only new ones are hashed.
  void take(BytesView piece) {
    auto fresh = static_cast<std::size_t>(offset_ - hashed_);
    piece = piece.last(std::min(fresh, piece.size()));
    hasher_.update(piece);
    tap_.feed(piece);
    hashed_ += piece.size();
    if (options_.stats != nullptr) options_.stats->bytes_hashed += piece.size();
  }
  Result<void> finish() {
    if (hashed_ != reader_.size())
      return Error(ErrorKind::mismatch, file_.path + " became shorter while it was read",
                   "run the command again when nobody writes to it");
    TRY(reader_.check_unchanged());
    digest_ = hasher_.finish();
    return {};
  }

  const WalkFile& file_;
  FileReader reader_;
  const PackOptions& options_;
  crypto::Hasher hasher_;
  model::HeadTap tap_;
  std::unique_ptr<ProgressTask> task_;
  std::uint64_t offset_ = 0, hashed_ = 0;
  std::optional<Digest> digest_;
};

struct Streamed {
  std::optional<Digest> digest;
  model::FileHead head;
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
  TRY(source.rewind());
  return store.push_blob({.media_type = "application/octet-stream", .digest = digest, .size = size},
                         source);
}

Result<Streamed> stream_file(oci::Store* store, const PackOptions& options, const WalkFile& file) {
  auto source = ModelSource(file, TRY(FileReader::open(file.absolute)), options);
  auto size = *source.size();
  Streamed out;
  if (store == nullptr) {
    out.digest = TRY(source.digest());
  } else if (unchanged_candidate(options, file) != nullptr) {
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
  out.head = source.head();
  source.done(out.pushed == oci::Pushed::uploaded ? "pushed" : "already there");
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

Result<PackOutcome> pack(oci::Store* store, const PackOptions& options) {
  auto modelfile = TRY(load_modelfile(options));
  auto walked = TRY(walk_model(options.directory));
  if (modelfile) {
    drop_modelfile(options, walked);
    TRY(apply_modelfile(*modelfile, walked));
  }
  std::vector<Streamed> streamed(walked.files.size());
  TRY(parallel_for(walked.files.size(), options.workers, options.cancel,
                   [&](std::size_t i) -> Result<void> {
                     auto one = stream_file(store, options, walked.files[i]);
                     if (!one) return std::move(one).error().with(walked.files[i].path);
                     streamed[i] = one.take();
                     return {};
                   }));

  std::vector<model::FileHead> heads;
  std::vector<ModelFile> files;
  std::size_t uploaded = 0, there = 0;
  for (std::size_t i = 0; i < streamed.size(); ++i) {
    const auto& file = walked.files[i];
    auto kind = modelfile ? modelfile->kind_of(file.path) : std::nullopt;
    files.push_back({.path = file.path,
                     .kind = kind.value_or(model::classify(streamed[i].head)),
                     .size = streamed[i].head.size,
                     .executable = file.executable,
                     .digest = *streamed[i].digest});
    (streamed[i].pushed == oci::Pushed::uploaded ? uploaded : there) += 1;
    heads.push_back(std::move(streamed[i].head));
  }
  auto info = model::inspect(heads);
  auto artifact = TRY(
      build_artifact(std::move(files), info, {.created = options.created, .modelfile = modelfile}));
  if (store != nullptr) {
    http::TextSource config(artifact.config_bytes);
    auto pushed = TRY(store->push_blob(artifact.config, config).with("config"));
    (pushed == oci::Pushed::uploaded ? uploaded : there) += 1;
  }
  return PackOutcome{.artifact = std::move(artifact),
                     .info = std::move(info),
                     .ignored = std::move(walked.ignored),
                     .blobs_uploaded = uploaded,
                     .blobs_already_there = there};
}

}  // namespace

Result<PackOutcome> pack_into(oci::Store& store, const PackOptions& options) {
  return pack(&store, options);
}
Result<PackOutcome> pack_dry(const PackOptions& options) { return pack(nullptr, options); }

}  // namespace mpk::modelpack
