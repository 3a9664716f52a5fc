// Context: opening stores and resolving references.
#include "flow/context.hpp"

#include "oci/layout_store.hpp"
#include "oci/remote_store.hpp"

namespace mpk::flow {

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
  return oci::make_remote_store(reference, context.transport, context.env, context.logger, options);
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
