// Reach: what index.json of a layout still leads to.
#pragma once

#include "json/value.hpp"
#include "oci/descriptor.hpp"
#include "oci/layout_blobs.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::oci::layout {

/// Whether it is a manifest or an index, by its media type.
bool may_name_parts(const Descriptor& descriptor);
/// Config and layers of a manifest, manifests of an index; not the subject. Nothing if it is not in
/// `blobs`, as an index may name other platforms. mismatch: it is damaged; malformed.
Result<std::vector<Descriptor>> parts_of(const Descriptor& descriptor, const Blobs& blobs);

/// The manifest or index that names `digest` (as a part, not as a subject) among all that the
/// entries of `index` lead to; nullopt: none. One that is damaged counts, as nobody knows what it
/// named; one that is gone does not.
std::optional<Digest> holder_of(const Digest& digest, const Blobs& blobs, const Json& index);

}  // namespace mpk::oci::layout
