// build: ModelInfo and a packed artifact → CycloneDX (ECMA-424), deterministic.
#pragma once

#include "aibom/spec_version.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "json/value.hpp"
#include "model/info.hpp"
#include "modelpack/artifact.hpp"

#include <optional>
#include <string>

namespace mpk::aibom {

struct BuildInput {
  const modelpack::Artifact* artifact = nullptr;  // files, digests, manifest digest
  const model::ModelInfo* info = nullptr;
  std::string name;        // component name when the model does not say its own
  std::string repository;  // "ghcr.io/acme/llm"; empty: none known (no repository_url in the purl)
  std::string version;     // tag, may be empty
  std::string mpk_version;
  std::optional<Timestamp> created;  // none: cdx:reproducible and no timestamp
  /// v1_7 with `created`: the tiers are citations[], which must have a time; else properties.
  SpecVersion spec_version = SpecVersion::v1_6;
};

/// The document; valid against schema and lint (proven before it is returned: otherwise internal).
/// Serial number: UUIDv5 of the manifest digest.
Result<Json> build_aibom(const BuildInput& input);

struct Counts {
  std::size_t verified = 0, declared = 0, inferred = 0;
};
/// Facts of each tier in a document that mpk wrote (its mpk:provenance properties or citations).
Counts count_tiers(const Json& bom);

}  // namespace mpk::aibom
