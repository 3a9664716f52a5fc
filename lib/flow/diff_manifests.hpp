// compare_manifests: what differs in two manifests beside their files.
#pragma once

#include "flow/diff.hpp"
#include "flow/diff_side.hpp"

namespace mpk::flow {

/// Fills config, annotations and manifest of `out`, after its files. Files that are only packed
/// in another way, and a ModelPack config that differs by this alone, are no difference. Of a
/// directory there is nothing to compare.
void compare_manifests(const Side& before, const Side& after, Diff& out);

}  // namespace mpk::flow
