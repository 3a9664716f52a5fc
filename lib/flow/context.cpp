// Context: opening stores and resolving references.
#include "flow/context.hpp"

#include "oci/layout_store.hpp"
#include "oci/remote_store.hpp"

#include <filesystem>

namespace mpk::flow {
namespace {

// Where uploads that broke off are noted; nowhere without a home.
std::filesystem::path upload_directory(const Env& env) {
  // XDG Base Directory Specification: a relative path is invalid and to be ignored.
  if (const auto cache = env.get("XDG_CACHE_HOME"); cache && cache->starts_with('/'))
    return std::filesystem::path(*cache) / "mpk/uploads";
  const auto home = env.home();
  return home ? *home / ".cache/mpk/uploads" : std::filesystem::path();
}

}  // namespace

Result<std::unique_ptr<oci::Store>> open_store(const Context& context,
                                               const oci::Reference& reference, bool create) {
  if (reference.kind == oci::Reference::Kind::layout)
    return oci::open_layout(reference.layout, {.create = create, .cancel = context.cancel});
  oci::RemoteOptions options;
  options.plain_http = context.plain_http;
  options.cancel = context.cancel;
  options.uploads = upload_directory(context.env);
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
