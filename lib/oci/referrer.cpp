// A referrer of one layer.
#include "oci/referrer.hpp"

#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

#include <utility>

namespace mpk::oci {

Result<Descriptor> push_referrer(Store& store, const Descriptor& subject, const Descriptor& layer,
                                 Annotations annotations) {
  const auto config = TRY(push_text(store, kEmptyType, std::string(kEmptyBlob)));
  Manifest manifest{.media_type = std::string(kManifestType),
                    .artifact_type = layer.media_type,
                    .config = config,
                    .layers = {layer}};
  manifest.subject =
      Descriptor{.media_type = subject.media_type, .digest = subject.digest, .size = subject.size};
  manifest.annotations = std::move(annotations);
  const auto bytes = serialize(manifest);
  auto descriptor = Descriptor::of(kManifestType, bytes);
  descriptor.artifact_type = manifest.artifact_type;
  descriptor.annotations = manifest.annotations;
  TRY(store.push_manifest(descriptor, bytes, std::nullopt));
  return descriptor;
}

}  // namespace mpk::oci
