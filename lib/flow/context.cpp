// Context: opening stores and resolving references.
#include "flow/context.hpp"

#include "oci/layout_store.hpp"
#include "oci/mirrored_store.hpp"
#include "oci/mirrors.hpp"
#include "oci/remote_store.hpp"

#include <utility>
#include <vector>

namespace mpk::flow {
namespace {

Result<std::vector<oci::MirrorStore>> mirror_stores(const Context& context,
                                                    const oci::Reference& reference,
                                                    const oci::RemoteOptions& options,
                                                    Mirrors asked) {
  std::vector<oci::MirrorStore> out;
  const auto mirrors =
      TRY(oci::mirrors_of(reference.registry, oci::mirror_roots(context.env), context.logger));
  for (const auto& mirror : mirrors) {
    auto there = reference;
    there.registry = mirror.base.authority();
    there.repository = mirror.prefix + reference.repository;
    auto settings = options;
    settings.base = mirror.base;
    settings.mirrored = reference.registry;
    auto store = TRY(
        oci::make_remote_store(there, context.transport, context.env, context.logger, settings));
    out.push_back(
        {.store = std::move(store), .resolves = asked == Mirrors::any && mirror.resolves});
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<oci::Store>> open_store(const Context& context,
                                               const oci::Reference& reference, StoreUse use) {
  if (reference.kind == oci::Reference::Kind::layout) {
    return oci::open_layout(
        reference.layout,
        {.create = use.create, .cancel = context.cancel, .by_reference = use.by_reference});
  }
  if (use.by_reference) {
    return Error(ErrorKind::usage, reference.text() + ": a registry keeps nothing by reference",
                 "--by-reference is for layouts and the local store");
  }
  oci::RemoteOptions options;
  options.plain_http = context.plain_http;
  options.cancel = context.cancel;
  // Uploads that broke off are noted there; nowhere without a home.
  if (const auto cache = context.env.cache_dir()) options.uploads = *cache / "uploads";
  options.clock = &context.clock;
  auto registry = TRY(
      oci::make_remote_store(reference, context.transport, context.env, context.logger, options));
  // What is written next is looked for where it is written.
  if (use.create || use.mirrors == Mirrors::none) return registry;
  auto mirrors = TRY(mirror_stores(context, reference, options, use.mirrors));
  return oci::with_mirrors(std::move(registry), std::move(mirrors), context.logger);
}

Result<oci::Descriptor> resolve(oci::Store& store, const oci::Reference& reference) {
  auto target = reference.target();
  if (target.empty()) {
    return Error(ErrorKind::usage, reference.text() + ": neither a tag nor a digest",
                 "add a tag, for example " + reference.name() + ":latest");
  }
  return store.resolve(target).with(reference.text());
}

}  // namespace mpk::flow
