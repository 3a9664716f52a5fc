// attach: bundles as OCI referrers, and back (cosign's bundle format; notes in docs/bundles.md).
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "oci/store.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace mpk::sigstore {

/// The referrer: artifactType = layer type = kBundleType, empty config, one layer (its `data` and
/// the annotation identifiers::kAnnotationBundle carry the bundle when it is small enough),
/// annotations dev.sigstore.bundle.content, dev.sigstore.bundle.predicateType,
/// org.opencontainers.image.created. Returns the referrer's descriptor. Blobs before the manifest.
Result<oci::Descriptor> attach_bundle(oci::Store& store, const oci::Descriptor& subject,
                                      const std::string& bundle, const std::string& predicate_type,
                                      Timestamp created);

struct FoundBundle {
  oci::Descriptor referrer;
  std::string text;     // the bundle
  std::string problem;  // why it could not be read (then text is empty); reported, not fatal
};

/// Visits every referrer of `subject` that may hold a bundle, whether or not it has annotations: a
/// missing annotation never hides one. One round trip when the referrers answer carries the bundle,
/// else two or three, for a few referrers at the same time. One large bundle at a time is in memory
/// and eight of up to 1 MiB, and one that is attached several times is visited once; past
/// limits::kEvidence bytes the others have a problem. Errors of the registry itself are errors,
/// never "none". `visit` returns whether to go on. Those that seem to be of the type `first` come
/// first, of them those at hand, then those that do not say their type, all before the registry is
/// asked for more than one list; the order of the others stays.
Result<void> each_bundle(oci::Store& store, const Digest& subject,
                         const std::function<bool(FoundBundle)>& visit,
                         std::string_view first = {});

}  // namespace mpk::sigstore
