// A ModelPack artifact as bytes: built from hashed files, or read from a manifest. Pure.
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/info.hpp"
#include "model/inspect.hpp"
#include "modelpack/media_types.hpp"
#include "modelpack/modelfile.hpp"
#include "oci/manifest.hpp"
#include "oci/store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::modelpack {

/// One file of a model: a layer of the artifact, or a part of one.
struct ModelFile {
  std::string path;  // safe relative path
  model::Kind kind = model::Kind::doc;
  std::uint64_t size = 0;
  bool executable = false;
  Digest digest;
  std::optional<std::size_t> archive = {};  // which of Artifact::archives; none: its own layer
  std::optional<Digest> sha512 = {};        // of the same bytes, where it was wanted
};

/// A layer that holds files of one kind.
struct Archive {
  std::string path = ".";  // as LayerFile::path
  model::Kind kind = model::Kind::doc;
  Encoding encoding = Encoding::tar;
  Digest digest;
  std::uint64_t size = 0;
  std::optional<Digest> sha512 = {};  // as ModelFile's
};

struct BuildOptions {
  std::optional<Timestamp> created;    // SOURCE_DATE_EPOCH or --created; else no date at all
  std::optional<Modelfile> modelfile;  // what it says wins over what was read
};

struct Artifact {
  oci::Descriptor manifest;  // with artifact_type set
  std::string manifest_bytes;
  oci::Descriptor config;
  std::string config_bytes;
  std::vector<ModelFile> files;  // in layer order: config, weight, code, dataset, doc; then by path
  std::vector<Archive> archives;
};

/// The same files and options give the same bytes, anywhere. `archives`, at most one of a kind,
/// hold all files of theirs (ModelFile::archive is set here). No file at all, or two with one path:
/// usage; a manifest over limits::kManifestEmit: too_large with a hint.
Result<Artifact> build_artifact(std::vector<ModelFile> files, const model::ModelInfo& info,
                                const BuildOptions& options, std::vector<Archive> archives = {});

/// Whether a layer for each file would make a manifest over limits::kManifestEmit: then all files
/// but weights go into archives. Of the files only paths and sizes count, so that the answer is
/// there before they are read, and the same on every machine. usage: as build_artifact().
Result<bool> needs_archives(std::vector<ModelFile> files, const BuildOptions& options);

/// A layer of somebody's artifact, its path proven harmless.
struct LayerFile {
  oci::Descriptor descriptor;
  std::string path;  // of an archive: what its entries have in common, "." for nothing
  model::Kind kind;
  Encoding encoding;
  unsigned mode = 0644;  // 0644 or 0755
  /// Of the bytes, once they were read and proven, where it was wanted.
  std::optional<Digest> sha512 = {};
};

/// Whether it says that it is a ModelPack artifact, by its artifact type or its config's, under the
/// present names or the former ones (cnai).
bool is_modelpack(const oci::Manifest& manifest);
/// The same, or a ModelKit, or an artifact of Docker Model Runner: layer_files() reads it.
bool is_model(const oci::Manifest& manifest);

/// What a manifest would put where. `config`: its config's bytes, which only a ModelKit needs.
/// malformed: not is_model(), a layer without a path, a path that is absolute or has "..", filepath
/// and title that disagree, two layers with one path (or one path below another that is a file),
/// metadata that contradicts the descriptor's size, a link or device typeflag; the message names
/// the layer. What is in an archive is not looked at.
Result<std::vector<LayerFile>> layer_files(const oci::Manifest& manifest,
                                           std::string_view config = {});
/// The same, with the config from `store` where it is needed.
Result<std::vector<LayerFile>> layer_files(oci::Store& store, const oci::Manifest& manifest);
/// No path is there twice, none is below another that is a file; archives may share a folder.
/// malformed.
Result<void> check_places(const std::vector<LayerFile>& files);

}  // namespace mpk::modelpack
