// --check-tag: of REPO:TAG@DIGEST the tag counts, too.
#pragma once

#include "flow/context.hpp"
#include "oci/reference.hpp"

namespace mpk::flow {

/// One request: the tag names the digest. usage without either of them; mismatch when it names
/// another; not_found when it names nothing.
Result<void> check_tag(const Context& context, const oci::Reference& reference);

}  // namespace mpk::flow
