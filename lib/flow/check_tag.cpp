// check_tag: a digest decides what is fetched; this says whether the tag beside it has moved.
#include "flow/check_tag.hpp"

namespace mpk::flow {

Result<void> check_tag(const Context& context, const oci::Reference& reference) {
  if (!reference.tag || !reference.digest) {
    return Error(ErrorKind::usage, reference.text() + ": --check-tag needs a tag and a digest",
                 "write " + reference.name() + ":TAG@sha256:…");
  }
  auto tagged = reference;
  tagged.digest.reset();
  const auto store = TRY(open_store(context, tagged, {.mirrors = Mirrors::none}));
  const auto found = TRY(resolve(*store, tagged));
  if (found.digest == *reference.digest) return {};
  return Error(
      ErrorKind::mismatch,
      tagged.text() + " names " + found.digest.text() + ", expected " + reference.digest->text(),
      "the tag has moved; leave it out if only the digest counts");
}

}  // namespace mpk::flow
