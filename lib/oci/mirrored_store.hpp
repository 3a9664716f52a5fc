// A store that reads what has a digest from mirrors first.
#pragma once

#include "base/log.hpp"
#include "oci/store.hpp"

#include <memory>
#include <vector>

namespace mpk::oci {

struct MirrorStore {
  std::unique_ptr<Store> store;
  bool resolves = false;  // asked for tags, too
};

/// Manifests and blobs by digest come from the first mirror that has them, else from `upstream`;
/// tags from the mirrors that resolve, else from `upstream`. Everything else (writing, tag lists,
/// referrers) goes to `upstream` alone. A mirror that fails otherwise than by lacking something, or
/// serves other bytes, is not asked again, with one warning; a transfer that it broke off goes on
/// at the next. Of a blob that is too large to be held only the end tells that bytes were wrong:
/// fetch_blob is a mismatch then, no mirror that gave of them is asked again, and the same call is
/// right the next time (oci/once_more.hpp). An error of the sink is no fault of a mirror.
/// `upstream` itself when there are no mirrors.
std::unique_ptr<Store> with_mirrors(std::unique_ptr<Store> upstream,
                                    std::vector<MirrorStore> mirrors, const Logger& logger);

/// Whether fetch_blob() may hand on bytes of a mirror that only its end finds wrong: what is not to
/// be seen unproven waits till then.
bool may_be_spoilt(const Store& store, const Descriptor& blob);

}  // namespace mpk::oci
