// push --join: all parts of a model become its one manifest.
#pragma once

#include "base/result.hpp"
#include "flow/context.hpp"
#include "flow/parts.hpp"
#include "modelpack/pack.hpp"
#include "oci/reference.hpp"
#include "oci/store.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

struct JoinOutcome {
  std::size_t count = 0;             // of the parts; 0: there is none, and nobody said how many
  std::vector<std::size_t> missing;  // which are not there; then nothing was done
  bool there_before = false;         // the reference itself names something, when parts are missing
  std::vector<PushedPart> parts;
  std::optional<modelpack::PackOutcome> packed;  // published
  std::vector<std::string> tags_left;            // the registry would not remove them
};

/// Reads the parts of `reference` (which has a tag), checks that they are one model whose blobs are
/// all there, pushes config, manifest and tag, and removes the parts. The digest is the one that
/// pack_to() gives. `count` empty: as the tags that are there say.
/// malformed: a part that is none, or one that can't be; mismatch: parts of several counts (without
/// `count`), or as modelpack::check_parts(); not_found: a blob is gone. Parts of other mpk versions
/// and parts that can't be removed are warnings.
Result<JoinOutcome> join_parts(const Context& context, const oci::Reference& reference,
                               std::optional<std::size_t> count);
/// The same in a store that is open.
Result<JoinOutcome> join_in_store(const Context& context, oci::Store& store,
                                  const oci::Reference& reference,
                                  std::optional<std::size_t> count);

}  // namespace mpk::flow
