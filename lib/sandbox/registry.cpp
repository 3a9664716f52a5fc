// Registry: switches, authorization, and the way of a request to its handler.
#include "sandbox/registry.hpp"

#include "sandbox/registry_answer.hpp"
#include "sandbox/registry_state.hpp"

namespace mpk::sandbox {
namespace {

/// Takes one from the count, unless it is zero.
bool take_one(std::atomic<unsigned>& count) {
  unsigned left = count;
  while (left > 0) {
    if (count.compare_exchange_weak(left, left - 1)) return true;
  }
  return false;
}

http::ServerResponse serve_base(const http::ServerRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    return refusal(405, "UNSUPPORTED", "only GET");
  }
  http::ServerResponse response;
  response.body = "{}";
  return response;
}

http::ServerResponse serve(RegistryState& state, const Route& route,
                           const http::ServerRequest& request) {
  using Kind = Route::Kind;
  if (take_one(state.switches.fail_next)) return refusal(503, "UNAVAILABLE", "made to fail");
  if (route.kind == Kind::token) return state.auth.token(request);
  if (route.kind == Kind::unknown) return refusal(404, "UNSUPPORTED", "no such page");
  // Before authorization, whose challenge repeats the name in a header.
  if (route.kind != Kind::base && !is_repository(route.repository)) {
    return refusal(400, "NAME_INVALID", "invalid repository name");
  }
  if (auto refused = state.auth.refuse(state.switches, route, request)) return *refused;
  if (route.kind == Kind::base) return serve_base(request);
  switch (route.kind) {
    case Kind::blob:
      return serve_blob(state, route, request);
    case Kind::uploads:
      return start_upload(state, route, request);
    case Kind::upload:
      return serve_upload(state, route, request);
    case Kind::manifest:
      return serve_manifest(state, route, request);
    case Kind::tags:
      return serve_tags(state, route, request);
    case Kind::referrers:
      return serve_referrers(state, route, request);
    default:
      return refusal(404, "UNSUPPORTED", "no such page");
  }
}

}  // namespace

struct Registry::Impl {
  explicit Impl(std::filesystem::path directory) : state(std::move(directory)) {}
  RegistryState state;
};

Registry::Registry(std::filesystem::path directory)
    : impl_(std::make_unique<Impl>(std::move(directory))) {}

Registry::~Registry() = default;

http::ServerResponse Registry::handle(const http::ServerRequest& request) {
  ++impl_->state.switches.requests;
  auto response = serve(impl_->state, parse_route(request.path), request);
  response.headers.set("Docker-Distribution-Api-Version", "registry/2.0");
  return response;
}

RegistrySwitches& Registry::switches() { return impl_->state.switches; }

bool Registry::tamper(const Digest& digest, const std::function<void(std::string&)>& change) {
  const bool manifest = impl_->state.index.change_manifest(digest, change);
  return impl_->state.storage.change(digest, change) || manifest;
}

}  // namespace mpk::sandbox
