// Blobs of the registry: GET with Range, HEAD, DELETE.
#include "sandbox/registry_answer.hpp"
#include "sandbox/registry_state.hpp"

#include <algorithm>

namespace mpk::sandbox {
namespace {

constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

http::ServerResponse unknown_blob() {
  return refusal(404, "BLOB_UNKNOWN", "blob unknown to the registry");
}

http::ServerResponse get_blob(const RegistryState& state, const Digest& digest) {
  auto blob = state.storage.open(digest);
  if (!blob) return unknown_blob();
  http::ServerResponse response;
  response.content_type = "application/octet-stream";
  response.headers.set("Docker-Content-Digest", digest.text());
  response.headers.set("Accept-Ranges", "bytes");
  response.headers.set("ETag", "\"" + digest.text() + "\"");
  response.stream_size = blob->size;
  const bool flip = state.switches.flip_blobs;
  // Where a truncated answer breaks off: half of what is sent, known at the first call.
  const auto limit = std::make_shared<std::uint64_t>(kNoLimit);
  const bool truncate = state.switches.truncate_blobs;
  response.stream = [blob = *blob, flip, truncate, limit](
                        std::uint64_t offset, std::uint64_t length,
                        const std::function<bool(BytesView)>& write) {
    if (truncate && *limit == kNoLimit) *limit = offset + length / 2;
    const auto end = std::min(offset + length, *limit);
    if (offset >= end) return false;
    return stream_file(*blob.fd, offset, end - offset,
                       [&](std::span<std::uint8_t> bytes, std::uint64_t at) {
                         if (flip && at + bytes.size() == blob.size) bytes.back() ^= 1U;
                         return write(bytes);
                       });
  };
  return response;
}

http::ServerResponse delete_blob(RegistryState& state, const Route& route, const Digest& digest) {
  switch (state.index.remove_blob(route.repository, digest)) {
    case RepositoryIndex::Removed::absent:
      return unknown_blob();
    case RepositoryIndex::Removed::last:
      state.storage.remove(digest);
      break;
    case RepositoryIndex::Removed::still_used:
      break;
  }
  return empty_answer(202);
}

}  // namespace

http::ServerResponse serve_blob(RegistryState& state, const Route& route,
                                const http::ServerRequest& request) {
  const auto digest = Digest::parse(route.target);
  if (!digest) return refusal(400, "DIGEST_INVALID", digest.error().text());
  if (request.method == "DELETE") return delete_blob(state, route, *digest);
  if (request.method != "GET" && request.method != "HEAD") {
    return refusal(405, "UNSUPPORTED", "only GET, HEAD and DELETE");
  }
  if (!state.index.has_blob(route.repository, *digest)) return unknown_blob();
  return get_blob(state, *digest);
}

}  // namespace mpk::sandbox
