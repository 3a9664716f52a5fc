// A fetch that can start over does so once when its bytes were wrong.
#pragma once

#include "oci/store.hpp"

namespace mpk::oci {

/// The Result of `fetch`, which begins with nothing each time. A mirror that gave wrong bytes is
/// not asked again (oci/mirrored_store.hpp), and what went through a broken cache may be right
/// then, so a mismatch is tried once more; not with a local store, which has but the same bytes.
template <class Fetch>
auto once_more(const Store& store, const Fetch& fetch) {
  auto fetched = fetch();
  if (fetched || store.local() || fetched.error().kind() != ErrorKind::mismatch) return fetched;
  return fetch();
}

}  // namespace mpk::oci
