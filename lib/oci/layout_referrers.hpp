// Referrers in an image layout: the three forms that oras, regctl and cosign look for.
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"
#include "oci/descriptor.hpp"
#include "oci/layout_blobs.hpp"
#include "oci/manifest.hpp"

#include <functional>
#include <vector>

namespace mpk::oci::layout {

using Wanted = std::function<bool(const Descriptor& referrer)>;

/// The union of what index.json lists itself, of the index tagged sha256-<hex>, and of what `cosign
/// save` leaves in blobs/ without listing it; each proven by its own manifest, sorted by digest.
/// Only what is `wanted`, if that is given; the rest is not counted. mismatch: a listed manifest is
/// missing or damaged; malformed: one that names the subject is no manifest. Others that are none
/// are passed over.
Result<std::vector<Descriptor>> collect_referrers(const Blobs& blobs, const Json& index,
                                                  const Digest& subject, const Wanted& wanted = {});
/// Lists `referrer` in every form; referrers that were in one form only get the others too.
Result<void> list_referrer(const Blobs& blobs, Json& index, const Referrer& referrer);
/// Takes `digest` out of every index tagged sha256-<hex>; an index without entries goes.
Result<void> unlist_referrer(const Blobs& blobs, Json& index, const Digest& digest);

}  // namespace mpk::oci::layout
