// Referrers API of the registry (distribution-spec, "Listing Referrers").
#include "oci/media_type.hpp"
#include "sandbox/registry_answer.hpp"
#include "sandbox/registry_state.hpp"

namespace mpk::sandbox {

http::ServerResponse serve_referrers(RegistryState& state, const Route& route,
                                     const http::ServerRequest& request) {
  if (!state.switches.referrers_api) return refusal(404, "UNSUPPORTED", "no such page");
  if (request.method != "GET" && request.method != "HEAD") {
    return refusal(405, "UNSUPPORTED", "only GET");
  }
  const auto subject = Digest::parse(route.target);
  if (!subject) return refusal(400, "DIGEST_INVALID", subject.error().text());
  oci::Index index;
  // Nothing known about the subject is an empty list, never a 404.
  index.manifests = state.index.referrers(route.repository, *subject);
  http::ServerResponse response;
  if (const auto type = request.parameter("artifactType")) {
    std::erase_if(index.manifests, [&](const auto& entry) { return entry.artifact_type != *type; });
    response.headers.set("OCI-Filters-Applied", "artifactType");
  }
  response.content_type = oci::kIndexType;
  response.body = oci::serialize(index);
  return response;
}

}  // namespace mpk::sandbox
