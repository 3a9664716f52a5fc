// Uploads to a registry.
#include "oci/remote_upload.hpp"

#include "base/text.hpp"

namespace mpk::oci {
namespace {

constexpr unsigned kSessions = 3;  // that one blob may use up

bool is_success(int status) { return status >= 200 && status <= 299; }

Descriptor plain(const Digest& digest, std::uint64_t size) {
  return {.media_type = "application/octet-stream", .digest = digest, .size = size};
}

// A host that answers a PATCH like this does not take streamed uploads of this size; others (ECR)
// answer any 2xx.
bool refuses_streams(int status) {
  return status == 404 || status == 405 || status == 411 || status == 413 || status == 416 ||
         status == 501;
}

// "Range: 0-N" of an upload: whether the host has all of what was sent. Most hosts say it.
bool has_all(const http::Response& response, std::uint64_t size) {
  auto range = response.headers.get("Range");
  return !range || *range == "0-" + std::to_string(size - 1) ||
         *range == "bytes=0-" + std::to_string(size - 1);
}

// Ready for another try in a new session (nobody knows what a broken one holds), or the error.
Result<void> start_over(Error error, unsigned sessions, Source& source) {
  bool transient = error.kind() == ErrorKind::network || error.kind() == ErrorKind::timeout;
  if (!transient || sessions >= kSessions || !source.rewind()) return error;
  return {};
}

}  // namespace

Result<bool> RemoteUploads::has_blob(const Descriptor& descriptor) {
  auto request = client_.request("HEAD", client_.url("blobs/" + descriptor.digest.text()));
  auto response = TRY(client_.send(std::move(request), Access::pull));
  if (response.status == 200) return true;
  if (response.status == 404) return false;
  return client_.error(response, "blob " + descriptor.digest.brief());
}

// Opaque: absolute, scheme-relative or relative; the query stays as it is written.
Result<Url> RemoteUploads::location(const http::Response& response) const {
  auto header = response.headers.get("Location");
  if (!header)
    return Error(ErrorKind::malformed,
                 client_.base().authority() + ": an upload answer without Location");
  auto url = TRY(response.url.resolve(*header));
  if (response.url.scheme == "https" && url.scheme != "https")
    return Error(ErrorKind::denied, client_.base().authority() + ": its upload location is " +
                                        url.redacted() + ", not https");
  return url;
}

Result<Url> RemoteUploads::open_session() {
  http::TextSource empty("");
  auto request = client_.request("POST", client_.url("blobs/uploads/"));
  request.body = &empty;
  auto response = TRY(client_.send(std::move(request), Access::push));
  if (response.status != 202) return client_.error(response, "upload");
  return location(response);
}

Result<bool> RemoteUploads::mount(const Descriptor& descriptor, const std::string& from,
                                  std::optional<Url>& session) {
  http::TextSource empty("");
  auto url = client_.url("blobs/uploads/")
                 .with_query("mount", descriptor.digest.text())
                 .with_query("from", from);
  auto request = client_.request("POST", url);
  request.body = &empty;
  auto response =
      TRY(client_.send(std::move(request), Access::push, {"repository:" + from + ":pull"}));
  if (response.status == 201) return true;
  // 202: the registry opened a session instead; it is used, not left behind.
  if (response.status == 202) session = TRY(location(response));
  return false;
}

Result<void> RemoteUploads::put_whole(const Url& session, const Descriptor& descriptor,
                                      Source& source) {
  auto request = client_.request("PUT", session.with_query("digest", descriptor.digest.text()));
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = &source;
  request.bulk = true;
  // Sent again into the same session, the bytes would follow those that arrived.
  request.idempotent = false;
  return closed(TRY(client_.send(std::move(request), Access::push)), descriptor);
}

Result<Pushed> RemoteUploads::push_blob(const Descriptor& descriptor, Source& source,
                                        const std::vector<std::string>& mount_from) {
  if (TRY(has_blob(descriptor))) return Pushed::already_there;
  std::optional<Url> session;
  for (const auto& from : mount_from) {
    if (from == client_.repository()) continue;
    if (TRY(mount(descriptor, from, session))) return Pushed::mounted;
    if (session) break;
  }
  for (unsigned sessions = 1;; ++sessions) {
    if (!session) session = TRY(open_session());
    auto put = put_whole(*session, descriptor, source);
    if (put) return Pushed::uploaded;
    TRY(start_over(std::move(put).error(), sessions, source));
    session.reset();
  }
}

Result<void> RemoteUploads::close_session(const Url& session, const Descriptor& descriptor) {
  http::TextSource empty("");
  auto request = client_.request("PUT", session.with_query("digest", descriptor.digest.text()));
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = &empty;
  return closed(TRY(client_.send(std::move(request), Access::push)), descriptor);
}

Result<void> RemoteUploads::closed(const http::Response& response, const Descriptor& descriptor) {
  if (is_success(response.status)) return {};
  auto error = client_.error(response, "blob " + descriptor.digest.brief());
  if (response.status == 400) return std::move(error).with_kind(ErrorKind::mismatch);
  if (response.status != 404) return error;
  // The session is gone: closed by a PUT whose answer was lost, or forgotten.
  if (TRY(has_blob(descriptor))) return {};
  return Error(ErrorKind::network, "blob " + descriptor.digest.brief() + ": " +
                                       client_.base().authority() + " lost the upload session");
}

void RemoteUploads::cancel_session(const Url& session) {
  // Best effort: registries drop forgotten sessions by themselves.
  auto ignored = client_.send(client_.request("DELETE", session), Access::push);
  static_cast<void>(ignored);
}

// Returns where to go on.
Result<Url> RemoteUploads::patch(const Url& session, Source& source, std::uint64_t size) {
  auto request = client_.request("PATCH", session);
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = &source;
  request.bulk = true;
  request.idempotent = false;
  auto response = TRY(client_.send(std::move(request), Access::push));
  if (refuses_streams(response.status)) {
    streams_ = false;
    return Error(ErrorKind::unsupported, client_.base().authority() + " takes no streamed uploads");
  }
  if (!is_success(response.status)) return client_.error(response, "upload");
  if (!has_all(response, size))
    return Error(ErrorKind::network, client_.base().authority() +
                                         " did not take the whole upload: range " +
                                         printable(*response.headers.get("Range"), 60));
  if (!response.headers.get("Location")) return session;
  return location(response);
}

Result<void> RemoteUploads::stream_once(Source& source, std::uint64_t size,
                                        const std::function<Result<Digest>()>& digest) {
  auto session = TRY(open_session());
  auto next = patch(session, source, size);
  auto found = next ? digest() : Result<Digest>(next.error());
  if (found) return close_session(*next, plain(*found, size));
  cancel_session(session);
  return std::move(found).error();
}

Result<Pushed> RemoteUploads::push_stream(Source& source, std::uint64_t size,
                                          const std::function<Result<Digest>()>& digest) {
  if (size == 0) return push_blob(plain(TRY(digest()), 0), source, {});
  if (!streams_)
    return Error(ErrorKind::unsupported, client_.base().authority() + " takes no streamed uploads");
  for (unsigned sessions = 1;; ++sessions) {
    auto streamed = stream_once(source, size, digest);
    if (streamed) return Pushed::uploaded;
    TRY(start_over(std::move(streamed).error(), sessions, source));
  }
}

}  // namespace mpk::oci
