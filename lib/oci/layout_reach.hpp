// Reach: what index.json of a layout still leads to.
#pragma once

#include "json/value.hpp"
#include "oci/layout_blobs.hpp"

#include <optional>

namespace mpk::oci::layout {

/// The manifest or index that names `digest` (as a part, not as a subject) among all that the
/// entries of `index` lead to; nullopt: none. One that is damaged counts, as nobody knows what it
/// named; one that is gone does not.
std::optional<Digest> holder_of(const Digest& digest, const Blobs& blobs, const Json& index);

}  // namespace mpk::oci::layout
