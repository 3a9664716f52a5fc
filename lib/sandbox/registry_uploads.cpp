// Uploads of the registry: POST, PATCH with and without Content-Range, PUT, status, cancel, mount.
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "sandbox/registry_answer.hpp"
#include "sandbox/registry_state.hpp"

#include <optional>

namespace mpk::sandbox {
namespace {

http::ServerResponse unknown_upload() {
  return refusal(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to the registry");
}

http::ServerResponse broken_upload(const Error& error) {
  return refusal(500, "BLOB_UPLOAD_INVALID", error.text());
}

std::string blob_location(const Route& route, const Digest& digest) {
  return "/v2/" + route.repository + "/blobs/" + digest.text();
}

http::ServerResponse created(const Route& route, const Digest& digest) {
  auto response = empty_answer(201);
  response.headers.set("Location", blob_location(route, digest));
  response.headers.set("Docker-Content-Digest", digest.text());
  return response;
}

/// Says where the upload stands: 202, 204, or 416 for a piece that does not fit.
http::ServerResponse standing(http::ServerResponse response, const Route& route,
                              const std::string& id, std::uint64_t size) {
  response.headers.set("Location", "/v2/" + route.repository + "/blobs/uploads/" + id);
  response.headers.set("Docker-Upload-UUID", id);
  // The end is inclusive, so that nothing and one byte look the same (distribution-spec).
  response.headers.set("Range", "0-" + std::to_string(size == 0 ? 0 : size - 1));
  return response;
}

std::shared_ptr<Upload> find_upload(RegistryState& state, const Route& route) {
  const std::lock_guard lock(state.uploads_mutex);
  const auto found = state.uploads.find(route.target);
  if (found == state.uploads.end() || found->second->repository() != route.repository) return {};
  return found->second;
}

bool forget_upload(RegistryState& state, const std::string& id) {
  const std::lock_guard lock(state.uploads_mutex);
  return state.uploads.erase(id) > 0;
}

Result<void> receive(Upload& upload, const http::ServerRequest& request) {
  Result<void> written;
  const auto complete = request.read_body([&](BytesView bytes) {
    written = upload.append(bytes);
    return written.has_value();
  });
  TRY(std::move(written));
  if (!complete) return Error(ErrorKind::network, "the client broke off");
  return {};
}

/// `first-last`, both inclusive, without a unit (distribution-spec, "Pushing a blob in chunks").
std::optional<std::pair<std::uint64_t, std::uint64_t>> parse_content_range(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_u64(text.substr(0, dash));
  const auto last = parse_u64(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return std::pair(*first, *last);
}

/// Refuses a piece that is not the next one.
std::optional<http::ServerResponse> check_range(const Route& route, const Upload& upload,
                                                const http::ServerRequest& request) {
  const auto header = request.headers.get("Content-Range");
  if (!header) return std::nullopt;
  const auto range = parse_content_range(*header);
  if (!range) return refusal(400, "BLOB_UPLOAD_INVALID", "Content-Range: expected FIRST-LAST");
  if (range->first != upload.size()) {
    return standing(refusal(416, "BLOB_UPLOAD_INVALID", "not the next piece of the upload"), route,
                    route.target, upload.size());
  }
  const auto length = request.headers.get("Content-Length");
  if (length && *length != std::to_string(range->second - range->first + 1)) {
    return refusal(400, "SIZE_INVALID", "Content-Range and Content-Length disagree");
  }
  return std::nullopt;
}

/// Takes the rest of the body.
Result<void> receive_last(Upload& upload, const Digest& digest,
                          const http::ServerRequest& request) {
  if (upload.size() == 0) upload.set_algorithm(digest.algorithm());
  return receive(upload, request);
}

/// The upload is over, whatever comes of it.
http::ServerResponse close_upload(RegistryState& state, const Route& route, Upload& upload,
                                  const Digest& digest) {
  const auto found = upload.finish(digest.algorithm());
  if (!found) return broken_upload(found.error());
  if (*found != digest) {
    return refusal(400, "DIGEST_INVALID", "expected " + digest.text() + ", found " + found->text());
  }
  if (auto kept = state.storage.keep(upload, digest); !kept) return broken_upload(kept.error());
  state.index.add_blob(route.repository, digest);
  return created(route, digest);
}

http::ServerResponse patch_upload(const RegistryState& state, const Route& route, Upload& upload,
                                  const http::ServerRequest& request) {
  if (!state.switches.streamed_uploads) {
    // As found in the wild: pieces are answered 416, streams 405.
    const int status = request.headers.get("Content-Range") ? 416 : 405;
    return refusal(status, "UNSUPPORTED", "uploads in pieces are not supported");
  }
  if (auto refused = check_range(route, upload, request)) return *refused;
  if (auto received = receive(upload, request); !received) return broken_upload(received.error());
  return standing(empty_answer(202), route, route.target, upload.size());
}

http::ServerResponse put_upload(RegistryState& state, const Route& route, Upload& upload,
                                const http::ServerRequest& request) {
  const auto text = request.parameter("digest");
  if (!text) return refusal(400, "DIGEST_INVALID", "query: expected digest=…");
  const auto digest = Digest::parse(*text);
  if (!digest) return refusal(400, "DIGEST_INVALID", digest.error().text());
  if (auto refused = check_range(route, upload, request)) return *refused;
  // A client that breaks off here may ask where the upload stands and go on.
  if (auto received = receive_last(upload, *digest, request); !received) {
    return broken_upload(received.error());
  }
  forget_upload(state, route.target);
  return close_upload(state, route, upload, *digest);
}

std::optional<http::ServerResponse> mount(RegistryState& state, const Route& route,
                                          const http::ServerRequest& request) {
  const auto wanted = request.parameter("mount");
  const auto from = request.parameter("from");
  if (!wanted || !from) return std::nullopt;
  const auto digest = Digest::parse(*wanted);
  if (!digest) return refusal(400, "DIGEST_INVALID", digest.error().text());
  if (!state.index.has_blob(*from, *digest) ||
      !state.auth.may_pull(state.switches, request, *from)) {
    return std::nullopt;  // distribution-spec: go on with an upload
  }
  state.index.add_blob(route.repository, *digest);
  return created(route, *digest);
}

/// What the session is to be hashed with: `digest`, else `digest-algorithm`, else SHA-256.
std::optional<DigestAlgorithm> wanted_algorithm(const http::ServerRequest& request) {
  const auto name = request.parameter("digest-algorithm").value_or("sha256");
  for (const auto algorithm :
       {DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
    if (name == to_string(algorithm)) return algorithm;
  }
  return std::nullopt;
}

}  // namespace

http::ServerResponse start_upload(RegistryState& state, const Route& route,
                                  const http::ServerRequest& request) {
  if (request.method != "POST") return refusal(405, "UNSUPPORTED", "only POST");
  if (auto mounted = mount(state, route, request)) return *mounted;
  const auto algorithm = wanted_algorithm(request);
  if (!algorithm) return refusal(400, "DIGEST_INVALID", "unknown digest-algorithm");
  const auto id = hex_encode(crypto::SystemRandom().bytes(16));
  auto upload = state.storage.start(id, route.repository, *algorithm);
  if (!upload) return broken_upload(upload.error());
  if (const auto text = request.parameter("digest")) {
    const auto digest = Digest::parse(*text);
    if (!digest) return refusal(400, "DIGEST_INVALID", digest.error().text());
    if (auto received = receive_last(**upload, *digest, request); !received) {
      return broken_upload(received.error());
    }
    return close_upload(state, route, **upload, *digest);
  }
  const std::lock_guard lock(state.uploads_mutex);
  state.uploads.emplace(id, std::move(*upload));
  return standing(empty_answer(202), route, id, 0);
}

http::ServerResponse serve_upload(RegistryState& state, const Route& route,
                                  const http::ServerRequest& request) {
  const auto upload = find_upload(state, route);
  if (!upload) return unknown_upload();
  const std::lock_guard lock(upload->mutex);
  if (request.method == "GET") {
    return standing(empty_answer(204), route, route.target, upload->size());
  }
  if (request.method == "DELETE") {
    return forget_upload(state, route.target) ? empty_answer(204) : unknown_upload();
  }
  if (request.method == "PATCH") return patch_upload(state, route, *upload, request);
  if (request.method == "PUT") return put_upload(state, route, *upload, request);
  return refusal(405, "UNSUPPORTED", "only GET, PATCH, PUT and DELETE");
}

}  // namespace mpk::sandbox
