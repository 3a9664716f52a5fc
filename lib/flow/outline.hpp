// outline: what headers and documents tell of a model, without reading its weights.
#pragma once

#include "flow/context.hpp"
#include "flow/describe.hpp"
#include "json/value.hpp"

namespace mpk::flow {

/// The aiBOM as describe() would make it without an overlay, but with no true digest in it: for a
/// person to start from, never to be kept. A directory, or an artifact by ranges of its layers.
/// Errors as of describe(); a header that can't be read is no error.
Result<Json> outline(const Context& context, const DescribeRequest& request);

}  // namespace mpk::flow
