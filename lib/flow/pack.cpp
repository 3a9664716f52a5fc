// pack: plan, blobs, manifest, tag.
#include "flow/pack.hpp"

#include "flow/local_store.hpp"
#include "oci/manifest.hpp"

#include <functional>
#include <memory>

namespace mpk::flow {
namespace {

using Opener = std::function<Result<std::unique_ptr<oci::Store>>()>;

StoreUse use_of(const PackRequest& request) {
  return {.create = true, .by_reference = request.by_reference};
}

Result<modelpack::PackOutcome> pack_as(const Context& context, const PackRequest& request,
                                       const Opener& open, const std::optional<std::string>& tag) {
  auto options = pack_options(context, request);
  const auto plan = TRY(modelpack::plan_pack(options));
  auto store = TRY(open());
  if (tag) options.current = TRY(current_manifest(*store, *tag));
  const RunCache cache(context, request, options);
  auto phase = context.trace.phase("pack");
  auto packed = TRY(modelpack::pack_into(*store, plan, options));
  phase->text("oci.manifest.digest", packed.artifact.manifest.digest.text());
  TRY(context.cancel.check());
  TRY(store->push_manifest(packed.artifact.manifest, packed.artifact.manifest_bytes, tag));
  return packed;
}

}  // namespace

modelpack::PackOptions pack_options(const Context& context, const PackRequest& request) {
  modelpack::PackOptions options;
  options.directory = request.directory;
  options.modelfile = request.modelfile;
  options.created = request.created;
  options.sha512 = request.sha512;
  options.workers = context.workers;
  options.progress = &context.progress;
  options.stats = &context.stats;
  options.logger = context.logger;
  options.cancel = context.cancel;
  return options;
}

// A cache that can't be had costs time only.
RunCache::RunCache(const Context& context, const PackRequest& request,
                   modelpack::PackOptions& options)
    : logger_(context.logger) {
  const auto directory = context.env.cache_dir();
  if (!request.use_cache || !directory) return;
  cache_.emplace(modelpack::DigestCache::load(*directory / "digests"));
  options.cache = &*cache_;
}

RunCache::~RunCache() {
  if (!cache_) return;
  const auto saved = cache_->save();
  if (!saved) logger_.info("digest cache: " + saved.error().message());
}

Result<std::optional<oci::Manifest>> current_manifest(oci::Store& store, const std::string& name) {
  auto descriptor = store.resolve(name);
  if (!descriptor) {
    const auto kind = descriptor.error().kind();
    // Too large, named twice, not a manifest: whatever it is, the new one replaces it.
    if (kind == ErrorKind::not_found || kind == ErrorKind::too_large ||
        kind == ErrorKind::malformed || kind == ErrorKind::mismatch)
      return std::optional<oci::Manifest>();
    return std::move(descriptor).error().with(store.name() + ":" + name);
  }
  auto bytes = store.fetch_manifest(*descriptor);
  if (!bytes) return std::optional<oci::Manifest>();
  auto manifest = oci::parse_manifest(*bytes);
  if (!manifest) return std::optional<oci::Manifest>();
  return std::optional(manifest.take());
}

Result<modelpack::PackOutcome> pack_to(const Context& context, const PackRequest& request,
                                       const oci::Reference& reference) {
  return pack_as(
      context, request, [&] { return open_store(context, reference, use_of(request)); },
      reference.tag);
}

Result<modelpack::PackOutcome> pack_locally(const Context& context, const PackRequest& request,
                                            const oci::Reference& reference) {
  return pack_as(
      context, request, [&] { return open_local_store(context, use_of(request)); },
      reference.text());
}

}  // namespace mpk::flow
