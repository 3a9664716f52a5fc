// For tests: small artifacts and their referrers, pushed into any store.
#pragma once

#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace mpk::oci::test {

inline constexpr std::string_view kSignatureType = "application/vnd.dev.sigstore.bundle.v0.3+json";

struct Artifact {
  Descriptor descriptor;
  std::string bytes;
};

inline Artifact serialized(const Manifest& manifest) {
  std::string bytes = serialize(manifest);
  return {Descriptor::of(kManifestType, bytes), bytes};
}

/// Blobs are pushed, the manifest is not.
inline Artifact make_model(Store& store, const std::vector<std::string>& layers) {
  Manifest manifest{
      .artifact_type = "application/vnd.cncf.model.manifest.v1+json",
      .config = push_text(store, "application/vnd.cncf.model.config.v1+json", "{}").take()};
  for (const auto& layer : layers) {
    manifest.layers.push_back(push_text(store, "application/octet-stream", layer).take());
  }
  return serialized(manifest);
}

inline Artifact make_referrer(Store& store, const Descriptor& subject, const std::string& content,
                              std::string_view type = kSignatureType) {
  return serialized({.artifact_type = std::string(type),
                     .config = push_text(store, kEmptyType, std::string(kEmptyBlob)).take(),
                     .layers = {push_text(store, type, content).take()},
                     .subject = subject,
                     .annotations = {{"dev.sigstore.bundle.content", "dsse-envelope"}}});
}

inline Descriptor push(Store& store, const Artifact& artifact,
                       const std::optional<std::string>& tag = std::nullopt) {
  const auto pushed = store.push_manifest(artifact.descriptor, artifact.bytes, tag);
  if (!pushed) FAIL(pushed.error().text());
  return artifact.descriptor;
}

inline std::vector<Digest> digests(const std::vector<Descriptor>& descriptors) {
  std::vector<Digest> out;
  for (const auto& descriptor : descriptors) out.push_back(descriptor.digest);
  return out;
}

}  // namespace mpk::oci::test
