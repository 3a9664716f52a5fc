// describe: the aiBOM of a directory, or of an artifact in a store.
#pragma once

#include "aibom/overlay.hpp"
#include "aibom/spec_version.hpp"
#include "flow/context.hpp"
#include "flow/declared.hpp"
#include "json/value.hpp"
#include "model/info.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>

namespace mpk::flow {

struct DescribeRequest {
  std::optional<std::filesystem::path> directory;  // or
  std::optional<oci::Reference> reference;
  std::optional<std::filesystem::path> modelfile;  // with a directory
  std::optional<std::filesystem::path> overlay;    // instead of the model's own aibom.yaml
  bool content = false;  // of a registry's artifact: read and prove every byte
  bool sha512 = false;   // of each file and archive, beside SHA-256
  Declared declared;
  std::optional<Timestamp> created;
  aibom::SpecVersion spec_version = aibom::SpecVersion::v1_6;
};

struct Description {
  Json aibom;
  model::ModelInfo info;
};

/// `file`, else the directory's own aibom.yaml; nullopt: there is none. usage: one that is wrong.
Result<std::optional<aibom::Overlay>> read_overlay(
    const std::optional<std::filesystem::path>& directory,
    const std::optional<std::filesystem::path>& file);

/// The document with the overlay, whose contradictions become findings of `info`.
Result<Json> build_document(const aibom::BuildInput& input,
                            const std::optional<aibom::Overlay>& overlay, model::ModelInfo& info);

/// Of a directory: what `ship` would attach (the manifest digest is that of `pack`). Of a
/// reference to a layout, or with `content`: the layers are read once for their headers and proven
/// on the way. Of a registry's artifact else: only headers and documents are fetched
/// (modelpack/remote_heads.hpp), and what nothing proves is declared, not verified.
/// usage: `sha512` where only headers would be fetched.
/// An aibom.yaml at the top of either is its overlay; a wrong one is usage in a directory, a
/// finding in an artifact.
Result<Description> describe(const Context& context, const DescribeRequest& request);

}  // namespace mpk::flow
