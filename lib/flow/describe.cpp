// describe: facts from files or layers, then the document.
#include "flow/describe.hpp"

#include "aibom/build.hpp"
#include "base/ascii.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "flow/attach.hpp"
#include "flow/pack.hpp"
#include "model/collect.hpp"
#include "model/head.hpp"
#include "model/inspect.hpp"
#include "modelpack/archive_heads.hpp"
#include "modelpack/archive_layer.hpp"
#include "modelpack/pack.hpp"
#include "modelpack/remote_heads.hpp"
#include "oci/manifest.hpp"
#include "oci/once_more.hpp"

#include <algorithm>
#include <iterator>

namespace mpk::flow {
namespace {

Result<Description> describe_directory(const Context& context, const DescribeRequest& request) {
  const auto options = pack_options(context, {.directory = *request.directory,
                                              .modelfile = request.modelfile,
                                              .created = request.created,
                                              .sha512 = request.sha512});
  const auto overlay = TRY(read_overlay(request.directory, request.overlay));
  const auto plan = TRY(modelpack::plan_pack(options));
  auto packed = TRY(modelpack::pack_dry(plan, options));
  declare(request.declared, packed.info);
  aibom::BuildInput input;
  input.artifact = &packed.artifact;
  input.info = &packed.info;
  auto name = std::filesystem::weakly_canonical(*request.directory).filename().string();
  input.name = name.empty() ? "model" : name;
  input.mpk_version = context.mpk_version;
  input.created = request.created;
  input.spec_version = request.spec_version;
  auto bom = TRY(build_document(input, overlay, packed.info));
  return Description{.aibom = std::move(bom), .info = std::move(packed.info)};
}

struct RawLayer {
  model::FileHead head;
  std::optional<Digest> sha512;  // of all of it
};

Result<RawLayer> read_raw(const Context& context, oci::Store& store,
                          const modelpack::LayerFile& layer, bool sha512) {
  model::HeadTap tap(layer.path, layer.descriptor.size);
  std::optional<crypto::Hasher> hasher;
  if (sha512) hasher.emplace(DigestAlgorithm::sha512);
  auto task = context.progress.start(layer.path, layer.descriptor.size);
  TRY(store
          .fetch_blob(layer.descriptor,
                      [&](BytesView piece) -> Result<void> {
                        tap.feed(piece);
                        if (hasher) hasher->update(piece);
                        task->advance(piece.size());
                        return context.cancel.check();
                      })
          .with(layer.path));
  RawLayer out{.head = tap.finish(), .sha512 = {}};
  if (hasher) out.sha512 = hasher->finish();
  return out;
}

// What one layer holds: itself, or the files of an archive.
struct ReadLayer {
  std::vector<modelpack::ModelFile> files;
  std::vector<model::FileHead> heads;
  std::string problem;                // why files are missing; empty: none are
  std::optional<Digest> sha512 = {};  // of an archive itself
};

modelpack::ModelFile model_file(const modelpack::LayerFile& layer) {
  return {.path = layer.path,
          .kind = layer.kind,
          .size = layer.descriptor.size,
          .executable = layer.mode == 0755,
          .digest = layer.descriptor.digest,
          .sha512 = layer.sha512};
}

Result<ReadLayer> read_layer_head(oci::Store& store, const modelpack::LayerFile& layer,
                                  const CancelToken& stop) {
  ReadLayer out;
  if (!modelpack::is_archive(layer.encoding)) {
    out.files.push_back(model_file(layer));
    auto head =
        TRY(oci::once_more(store, [&] { return modelpack::fetch_head(store, layer, stop); }));
    out.heads.push_back(model::condensed(std::move(head)));
    return out;
  }
  auto read = TRY(
      modelpack::read_archive_heads(store, layer, [](const std::string&) { return true; }, stop));
  for (const auto& file : read.files) out.files.push_back(model_file(file));
  out.heads = std::move(read.heads);
  if (!read.whole) out.problem = "its files are not listed: only headers in it were fetched";
  return out;
}

Result<ReadLayer> read_layer(const Context& context, oci::Store& store,
                             const modelpack::LayerFile& layer, bool sha512,
                             const CancelToken& stop) {
  ReadLayer out;
  if (!modelpack::is_archive(layer.encoding)) {
    auto raw = TRY(oci::once_more(store, [&] { return read_raw(context, store, layer, sha512); }));
    out.files.push_back(model_file(layer));
    out.files.back().sha512 = std::move(raw.sha512);
    out.heads.push_back(model::condensed(std::move(raw.head)));
    return out;
  }
  auto contents =
      TRY(modelpack::read_archive(store, layer,
                                  {.head_wanted = [](const std::string&) { return true; },
                                   .sha512 = sha512,
                                   .progress = &context.progress,
                                   .cancel = stop})
              .with("layer " + layer.path + " (" + layer.descriptor.digest.brief() + ")"));
  for (auto& each : contents.files) {
    out.files.push_back(model_file(each.file));
    out.heads.push_back(std::move(*each.head));
  }
  out.sha512 = std::move(contents.sha512);
  return out;
}

// Nobody can mend it in an artifact: what is wrong with it is a finding, the rest stands.
std::optional<aibom::Overlay> own_overlay(const std::vector<model::FileHead>& heads,
                                          model::ModelInfo& info) {
  const auto found = std::ranges::find(heads, aibom::kOverlayName, &model::FileHead::path);
  if (found == heads.end()) return std::nullopt;
  auto overlay = found->whole ? aibom::parse_overlay(found->bytes, aibom::kOverlayName)
                              : Error(ErrorKind::too_large, "too large to be one");
  if (overlay) return overlay.take();
  model::add_finding(info, model::Severity::medium, "overlay-unreadable",
                     std::string(aibom::kOverlayName), overlay.error().text(),
                     "mend it and pack again, or name another one with --overlay");
  return std::nullopt;
}

// Said once, so that nobody takes what a registry served for what was approved.
void add_unread(const std::vector<modelpack::LayerFile>& layers, const std::vector<ReadLayer>& read,
                model::ModelInfo& info) {
  const std::string fix = "--content reads and proves every byte";
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (read[i].problem.empty()) continue;
    model::add_finding(info, model::Severity::medium, "archive-unread", layers[i].path,
                       read[i].problem, fix);
  }
  if (info.unproven.empty()) return;
  model::add_finding(info, model::Severity::info, "header-unproven", {},
                     "of " + counted(info.unproven.size(), "file") +
                         " only the header was fetched, which no digest proves",
                     fix);
}

Result<Description> describe_artifact(const Context& context, const DescribeRequest& request) {
  const auto& reference = *request.reference;
  const bool whole = request.content || reference.kind != oci::Reference::Kind::registry;
  if (request.sha512 && !whole) {
    return Error(ErrorKind::usage,
                 "SHA-512 needs every byte: of an artifact in a registry only headers are fetched",
                 "add --content, which reads and proves every byte");
  }
  auto overlay = TRY(read_overlay(std::nullopt, request.overlay));
  // What is described here is attested next, by the registry's own tag.
  auto store = TRY(open_store(context, reference, {.mirrors = Mirrors::bytes}));
  auto descriptor = TRY(resolve(*store, reference));
  auto bytes = TRY(store->fetch_manifest(descriptor));
  auto manifest = TRY(oci::parse_manifest(bytes, descriptor.media_type));
  auto layers = TRY(modelpack::layer_files(*store, manifest));
  std::vector<ReadLayer> read(layers.size());
  TRY(parallel_for(layers.size(), context.workers, context.cancel,
                   [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                     read[i] =
                         TRY(whole ? read_layer(context, *store, layers[i], request.sha512, stop)
                                   : read_layer_head(*store, layers[i], stop));
                     return {};
                   }));
  std::vector<model::FileHead> all;
  modelpack::Artifact artifact{.manifest = descriptor,
                               .manifest_bytes = bytes,
                               .config = manifest.config,
                               .config_bytes = {},
                               .files = {},
                               .archives = {}};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const bool is_archive = modelpack::is_archive(layers[i].encoding);
    for (auto& file : read[i].files) {
      if (is_archive) file.archive = artifact.archives.size();
      artifact.files.push_back(std::move(file));
    }
    std::ranges::move(read[i].heads, std::back_inserter(all));
    if (!is_archive) continue;
    artifact.archives.push_back({.path = layers[i].path,
                                 .kind = layers[i].kind,
                                 .encoding = layers[i].encoding,
                                 .digest = layers[i].descriptor.digest,
                                 .size = layers[i].descriptor.size,
                                 .sha512 = std::move(read[i].sha512)});
  }
  auto info = model::inspect(all);
  if (!overlay) overlay = own_overlay(all, info);
  add_unread(layers, read, info);
  declare(request.declared, info);
  aibom::BuildInput input;
  input.artifact = &artifact;
  input.info = &info;
  auto name = subject_name(reference);
  auto slash = name.rfind('/');
  input.name = slash == std::string::npos ? name : name.substr(slash + 1);
  if (reference.kind == oci::Reference::Kind::registry) input.repository = reference.name();
  input.version = reference.tag.value_or("");
  input.mpk_version = context.mpk_version;
  input.created = request.created;
  input.spec_version = request.spec_version;
  auto bom = TRY(build_document(input, overlay, info));
  return Description{.aibom = std::move(bom), .info = std::move(info)};
}

}  // namespace

Result<std::optional<aibom::Overlay>> read_overlay(
    const std::optional<std::filesystem::path>& directory,
    const std::optional<std::filesystem::path>& file) {
  std::filesystem::path path;
  if (file) {
    path = *file;
  } else if (directory) {
    path = *directory / aibom::kOverlayName;
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return std::optional<aibom::Overlay>();
  } else {
    return std::optional<aibom::Overlay>();
  }
  auto text = read_file(path, limits::kYamlDocument);
  if (!text) {
    auto error = std::move(text).error().with_kind(ErrorKind::usage);
    return file ? std::move(error).with("--overlay") : error;
  }
  return std::optional(TRY(aibom::parse_overlay(*text, path.string())));
}

Result<Json> build_document(const aibom::BuildInput& input,
                            const std::optional<aibom::Overlay>& overlay, model::ModelInfo& info) {
  if (!overlay) return aibom::build_aibom(input);
  auto merged = TRY(aibom::build_aibom(input, *overlay));
  info.findings.insert(info.findings.end(), merged.findings.begin(), merged.findings.end());
  return std::move(merged.bom);
}

Result<Description> describe(const Context& context, const DescribeRequest& request) {
  return request.directory ? describe_directory(context, request)
                           : describe_artifact(context, request);
}

}  // namespace mpk::flow
