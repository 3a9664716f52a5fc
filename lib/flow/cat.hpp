// cat: one file of an artifact.
#pragma once

#include "flow/context.hpp"
#include "oci/reference.hpp"
#include "oci/store.hpp"

#include <string>

namespace mpk::flow {

/// Streams the file at `path` to `sink`. Of a raw layer the sink sees bytes before they are proven;
/// of an archive, and of a raw layer that a mirror may spoil (oci/mirrored_store.hpp), after that
/// (the file waits in a temporary directory). Success means in all cases that they were. usage: a
/// folder, or no such file (near names are suggested); errors of the store and of the sink as they
/// are.
Result<void> cat(const Context& context, const oci::Reference& reference, const std::string& path,
                 const oci::Sink& sink);

}  // namespace mpk::flow
