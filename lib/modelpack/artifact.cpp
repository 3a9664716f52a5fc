// A ModelPack artifact from hashed files.
#include "modelpack/artifact.hpp"

#include "base/directory.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "modelpack/config.hpp"
#include "oci/media_type.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace mpk::modelpack {
namespace {

// Fixed order of kinds, then bytewise by path: the same files give the same manifest.
int rank(model::Kind kind) {
  switch (kind) {
    case model::Kind::config:
      return 0;
    case model::Kind::weight:
      return 1;
    case model::Kind::code:
      return 2;
    case model::Kind::dataset:
      return 3;
    case model::Kind::doc:
      return 4;
  }
  return 5;
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// model-spec, docs/annotations.md: the seven fields, with constants where the builder's machine
// would show through.
std::string metadata(const ModelFile& file, const std::optional<Timestamp>& created) {
  return json::compact({{"name", base_name(file.path)},
                        {"mode", file.executable ? 0755 : 0644},
                        {"uid", 0},
                        {"gid", 0},
                        {"size", file.size},
                        {"mtime", created.value_or(Timestamp()).text()},
                        {"typeflag", 0}});
}

oci::Descriptor layer(const ModelFile& file, const BuildOptions& options) {
  return {.media_type = media_type({file.kind, Encoding::raw}),
          .digest = file.digest,
          .size = file.size,
          .artifact_type = {},
          .annotations = {{std::string(kAnnotationFilepath), file.path},
                          {std::string(oci::kAnnotationTitle), file.path},
                          {std::string(kAnnotationMetadata), metadata(file, options.created)}},
          .data = std::nullopt};
}

// Without a title: who stores a layer under that name would store an archive as a file.
oci::Descriptor layer(const Archive& archive) {
  return {.media_type = media_type({archive.kind, archive.encoding}),
          .digest = archive.digest,
          .size = archive.size,
          .artifact_type = {},
          .annotations = {{std::string(kAnnotationFilepath), archive.path}},
          .data = std::nullopt};
}

// All paths safe and none there twice; in layer order.
Result<void> check_and_sort(std::vector<ModelFile>& files) {
  if (files.empty()) {
    return Error(ErrorKind::usage, "there is no file to pack",
                 ".git*, caches, editor left-overs and what looks like a secret are left out");
  }
  std::sort(files.begin(), files.end(), [](const ModelFile& a, const ModelFile& b) {
    return std::pair(rank(a.kind), a.path) < std::pair(rank(b.kind), b.path);
  });
  std::set<std::string_view> paths;
  for (const auto& file : files) {
    TRY(safe_relative_path(file.path));
    if (!paths.insert(file.path).second)
      return Error(ErrorKind::usage, "two files have the path " + printable(file.path));
  }
  return {};
}

std::vector<oci::Descriptor> make_layers(std::vector<ModelFile>& files,
                                         const std::vector<Archive>& archives,
                                         const BuildOptions& options) {
  std::vector<oci::Descriptor> out;
  std::set<std::size_t> placed;
  for (auto& file : files) {
    const auto archive = std::ranges::find(archives, file.kind, &Archive::kind);
    if (archive == archives.end()) {
      out.push_back(layer(file, options));
      continue;
    }
    file.archive = static_cast<std::size_t>(archive - archives.begin());
    if (placed.insert(*file.archive).second) out.push_back(layer(*archive));
  }
  return out;
}

oci::Manifest make_manifest(oci::Descriptor config, std::vector<oci::Descriptor> layers,
                            const BuildOptions& options) {
  oci::Manifest out{.media_type = std::string(oci::kManifestType),
                    .artifact_type = std::string(kArtifactType),
                    .config = std::move(config),
                    .layers = std::move(layers),
                    .subject = std::nullopt,
                    .annotations = {}};
  if (options.created)
    out.annotations[std::string(oci::kAnnotationCreated)] = options.created->text();
  return out;
}

}  // namespace

Result<Artifact> build_artifact(std::vector<ModelFile> files, const model::ModelInfo& info,
                                const BuildOptions& options, std::vector<Archive> archives) {
  TRY(check_and_sort(files));
  auto layers = make_layers(files, archives, options);
  auto config_bytes = make_config(layers, info, options);
  auto config = oci::Descriptor::of(kConfigType, config_bytes);
  const auto count = layers.size();
  auto bytes = oci::serialize(make_manifest(config, std::move(layers), options));
  if (bytes.size() > limits::kManifestEmit) {
    return Error(ErrorKind::too_large,
                 "the manifest would take " + human_size(bytes.size()) + " for " +
                     std::to_string(count) + " layers, registries take " +
                     human_size(limits::kManifestEmit),
                 "each weight file is a layer of its own: join them to larger shards");
  }
  auto descriptor = oci::Descriptor::of(oci::kManifestType, bytes);
  descriptor.artifact_type = std::string(kArtifactType);
  return Artifact{.manifest = std::move(descriptor),
                  .manifest_bytes = std::move(bytes),
                  .config = std::move(config),
                  .config_bytes = std::move(config_bytes),
                  .files = std::move(files),
                  .archives = std::move(archives)};
}

Result<bool> needs_archives(std::vector<ModelFile> files, const BuildOptions& options) {
  TRY(check_and_sort(files));
  std::vector<oci::Descriptor> layers;
  for (auto& file : files) {
    file.kind = model::Kind::config;  // no kind has a longer media type
    layers.push_back(layer(file, options));
  }
  auto config = oci::Descriptor::of(kConfigType, "{}");
  config.size = limits::kConfigBlob;  // nor has a config more digits
  return oci::serialize(make_manifest(std::move(config), std::move(layers), options)).size() >
         limits::kManifestEmit;
}

}  // namespace mpk::modelpack
