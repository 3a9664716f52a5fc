// A referrer of one layer: how a document is attached to an artifact.
#pragma once

#include "base/result.hpp"
#include "oci/descriptor.hpp"
#include "oci/store.hpp"

namespace mpk::oci {

/// Pushes the empty config and a manifest whose subject is `subject`, whose artifact type is that
/// of `layer`, which is there already, and whose annotations are `annotations` (distribution-spec,
/// "Pushing manifests with subject"). Its descriptor has type and annotations, too.
Result<Descriptor> push_referrer(Store& store, const Descriptor& subject, const Descriptor& layer,
                                 Annotations annotations);

}  // namespace mpk::oci
