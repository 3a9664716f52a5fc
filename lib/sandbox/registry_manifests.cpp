// Manifests of the registry: GET, HEAD, PUT and DELETE by tag or digest.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "oci/media_type.hpp"
#include "oci/reference.hpp"
#include "sandbox/registry_answer.hpp"
#include "sandbox/registry_state.hpp"

namespace mpk::sandbox {
namespace {

http::ServerResponse unknown_manifest(const RegistryState& state, const Route& route) {
  if (!state.index.has_repository(route.repository)) {
    return refusal(404, "NAME_UNKNOWN", "repository name not known to registry");
  }
  return refusal(404, "MANIFEST_UNKNOWN", "manifest unknown to the registry");
}

http::ServerResponse get_manifest(const RegistryState& state, const Route& route) {
  auto manifest = state.index.manifest(route.repository, route.target);
  if (!manifest) return unknown_manifest(state, route);
  http::ServerResponse response;
  response.content_type = std::move(manifest->media_type);
  response.body = std::move(manifest->bytes);
  response.headers.set("Docker-Content-Digest", manifest->digest.text());
  response.headers.set("ETag", "\"" + manifest->digest.text() + "\"");
  return response;
}

struct Parsed {
  std::string media_type;
  std::vector<oci::Descriptor> blobs;      // that a manifest needs
  std::vector<oci::Descriptor> manifests;  // that an index needs
};

Result<Parsed> parse(const std::string& bytes, const std::string& type) {
  if (oci::is_index(bytes, type)) {
    auto index = TRY(oci::parse_index(bytes));
    return Parsed{
        type.empty() ? std::string(oci::kIndexType) : type, {}, std::move(index.manifests)};
  }
  auto manifest = TRY(oci::parse_manifest(bytes, type));
  Parsed parsed{std::move(manifest.media_type), std::move(manifest.layers), {}};
  parsed.blobs.push_back(std::move(manifest.config));
  return parsed;
}

/// The first thing that is not there. A missing subject is fine (distribution-spec, "Pushing
/// Manifests with Subject").
std::optional<Digest> missing_part(const RegistryState& state, const std::string& repository,
                                   const Parsed& parsed) {
  for (const auto& blob : parsed.blobs) {
    if (!state.index.has_blob(repository, blob.digest)) return blob.digest;
  }
  for (const auto& manifest : parsed.manifests) {
    if (!state.index.manifest(repository, manifest.digest.text())) return manifest.digest;
  }
  return std::nullopt;
}

http::ServerResponse put_manifest(RegistryState& state, const Route& route,
                                  const http::ServerRequest& request) {
  const auto wanted = Digest::parse(route.target);
  if (!wanted && !oci::is_tag(route.target)) {
    return refusal(400, "MANIFEST_INVALID", "neither a tag nor a digest");
  }
  auto bytes = request.body(limits::kManifest);
  if (!bytes) {
    const int status = bytes.error().kind() == ErrorKind::too_large ? 413 : 400;
    return refusal(status, "MANIFEST_INVALID", bytes.error().text());
  }
  const auto header = request.headers.get("Content-Type").value_or("");
  const std::string type(trim(std::string_view(header).substr(0, header.find(';'))));
  const auto parsed = parse(*bytes, type);
  if (!parsed) return refusal(400, "MANIFEST_INVALID", parsed.error().text());
  const auto algorithm = wanted ? wanted->algorithm() : DigestAlgorithm::sha256;
  const auto digest = crypto::hash(algorithm, as_bytes(*bytes));
  if (wanted && digest != *wanted) {
    return refusal(400, "DIGEST_INVALID", "the manifest's digest is " + digest.text());
  }
  if (const auto missing = missing_part(state, route.repository, *parsed)) {
    return refusal(400, "MANIFEST_BLOB_UNKNOWN", "unknown to the registry: " + missing->text());
  }
  const oci::Descriptor descriptor{parsed->media_type, digest, bytes->size(), {}, {}, {}};
  auto referrer = oci::as_referrer(descriptor, *bytes);
  if (!referrer) return refusal(400, "MANIFEST_INVALID", referrer.error().text());

  auto response = empty_answer(201);
  response.headers.set("Location", "/v2/" + route.repository + "/manifests/" + digest.text());
  response.headers.set("Docker-Content-Digest", digest.text());
  // Its absence tells the client to keep the fallback tag.
  if (*referrer && state.switches.referrers_api) {
    response.headers.set("OCI-Subject", (*referrer)->subject.digest.text());
  }
  state.index.put_manifest(route.repository,
                           {digest, parsed->media_type, std::move(*bytes), std::move(*referrer)},
                           wanted ? std::string() : route.target);
  return response;
}

}  // namespace

http::ServerResponse serve_manifest(RegistryState& state, const Route& route,
                                    const http::ServerRequest& request) {
  if (request.method == "GET" || request.method == "HEAD") return get_manifest(state, route);
  if (request.method == "PUT") return put_manifest(state, route, request);
  if (request.method != "DELETE") {
    return refusal(405, "UNSUPPORTED", "only GET, HEAD, PUT and DELETE");
  }
  if (!state.index.remove_manifest(route.repository, route.target)) {
    return unknown_manifest(state, route);
  }
  return empty_answer(202);
}

}  // namespace mpk::sandbox
