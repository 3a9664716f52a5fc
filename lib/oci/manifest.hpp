// Image manifests and indexes (image-spec, manifest.md and image-index.md).
#pragma once

#include "base/result.hpp"
#include "oci/descriptor.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::oci {

struct Manifest {
  std::string media_type;
  std::string artifact_type;  // empty: none (config.media_type says it then)
  Descriptor config;
  std::vector<Descriptor> layers;
  std::optional<Descriptor> subject;
  Annotations annotations;

  /// artifactType, or else the config's media type (distribution-spec, referrers).
  const std::string& effective_artifact_type() const {
    return artifact_type.empty() ? config.media_type : artifact_type;
  }
};

struct Index {
  std::string artifact_type;
  std::vector<Descriptor> manifests;
  std::optional<Descriptor> subject;
  Annotations annotations;
};

/// OCI image manifests and Docker v2s2. malformed: schemaVersion ≠ 2, `expected_type` (when not
/// empty) and the body's mediaType disagree, duplicate keys, …; too_large over limits::kManifest;
/// unsupported: schema 1, an index.
Result<Manifest> parse_manifest(std::string_view bytes, std::string_view expected_type = {});
Result<Index> parse_index(std::string_view bytes);
/// The media type of bytes that came without one; nullopt: neither a manifest nor an index.
std::optional<std::string> manifest_type_of(std::string_view bytes);
/// Whether the bytes are an index (by mediaType, else by having "manifests").
bool is_index(std::string_view bytes, std::string_view media_type);

/// A manifest or index with a subject, as it is listed among the referrers of that subject:
/// artifactType is the effective one, annotations are copied (distribution-spec, referrers).
struct Referrer {
  Descriptor subject;
  Descriptor entry;
};
/// `bytes` are those of `descriptor` (manifest or index). nullopt: there is no subject.
Result<std::optional<Referrer>> as_referrer(const Descriptor& descriptor, std::string_view bytes);

/// Deterministic compact JSON: key order is bytewise.
std::string serialize(const Manifest& manifest);
std::string serialize(const Index& index);

}  // namespace mpk::oci
