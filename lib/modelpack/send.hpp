// send: a blob whose digest is known only once it has been read, in one read where the store can.
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "oci/store.hpp"

#include <functional>

namespace mpk::modelpack {

/// `source` has a size and was not read from. `digest` reads what is left of it. `hash_first`: the
/// blob is probably there already, so it is read once for its digest, and once more only if it is
/// not. What is small goes through memory to a store that is not local. Errors as of the
/// store, the source and `digest`.
Result<oci::Pushed> send(oci::Store& store, oci::Source& source, bool hash_first,
                         const std::function<Result<Digest>()>& digest);

}  // namespace mpk::modelpack
