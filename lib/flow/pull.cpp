// pull: one digest is resolved, verified and fetched.
#include "flow/pull.hpp"

#include "flow/local_store.hpp"
#include "oci/manifest.hpp"

namespace mpk::flow {

Result<PullOutcome> pull(const Context& context, const PullRequest& request) {
  const bool locally = request.from_local_store;
  auto store = TRY(locally ? open_local_store(context) : open_store(context, request.reference));
  auto root = locally ? store->resolve(request.reference.text()).with("local store")
                      : resolve(*store, request.reference);
  PullOutcome outcome{.manifest = TRY(std::move(root))};
  if (request.verify) {
    // By digest: what is verified is what is fetched, whatever happens to the tag meanwhile.
    auto pinned = request.reference.with_digest(outcome.manifest.digest);
    auto wanted = *request.verify;
    // unpack hashes every byte, but knows no aiBOM that the files in archives must agree with.
    wanted.content = VerifyRequest::Content::archives;
    outcome.verdict = TRY(verify_in_store(context, *store, pinned, wanted));
    if (outcome.verdict->outcome() != policy::Verdict::Outcome::passed) return outcome;
  }
  auto phase = context.trace.phase("unpack");
  phase->text("mpk.reference", request.reference.text());
  phase->text("oci.manifest.digest", outcome.manifest.digest.text());
  auto bytes = TRY(store->fetch_manifest(outcome.manifest));
  auto manifest = TRY(oci::parse_manifest(bytes, outcome.manifest.media_type));
  modelpack::UnpackOptions options;
  options.directory = request.directory;
  options.overwrite = request.overwrite;
  options.selection = request.selection;
  options.workers = context.workers;
  options.progress = &context.progress;
  options.stats = &context.stats;
  options.cancel = context.cancel;
  outcome.files = TRY(modelpack::unpack(*store, manifest, options));
  return outcome;
}

}  // namespace mpk::flow
