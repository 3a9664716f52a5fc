// Uploads to a registry.
#include "oci/remote_upload.hpp"

#include "base/text.hpp"

namespace mpk::oci {
namespace {

bool is_success(int status) { return status >= 200 && status <= 299; }

// A host that answers a PATCH like this does not take streamed uploads of this size; others (ECR)
// answer any 2xx.
bool refuses_streams(int status) {
  return status == 404 || status == 405 || status == 411 || status == 413 || status == 416 ||
         status == 501;
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
  return response.url.resolve(*header);
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
  auto response = TRY(client_.send(std::move(request), Access::push));
  if (is_success(response.status)) return {};
  if (response.status == 400)
    return client_.error(response, "blob " + descriptor.digest.brief())
        .with_kind(ErrorKind::mismatch);
  return client_.error(response, "blob " + descriptor.digest.brief());
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
  if (!session) session = TRY(open_session());
  TRY(put_whole(*session, descriptor, source));
  return Pushed::uploaded;
}

Result<void> RemoteUploads::close_session(const Url& session, const Digest& digest) {
  http::TextSource empty("");
  auto request = client_.request("PUT", session.with_query("digest", digest.text()));
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = &empty;
  auto response = TRY(client_.send(std::move(request), Access::push));
  if (is_success(response.status)) return {};
  auto error = client_.error(response, "blob " + digest.brief());
  if (response.status == 400) return std::move(error).with_kind(ErrorKind::mismatch);
  return error;
}

void RemoteUploads::cancel_session(const Url& session) {
  // Best effort: registries drop forgotten sessions by themselves.
  auto ignored = client_.send(client_.request("DELETE", session), Access::push);
  static_cast<void>(ignored);
}

Result<Pushed> RemoteUploads::push_stream(Source& source, std::uint64_t size,
                                          const std::function<Result<Digest>()>& digest) {
  if (size == 0) {
    auto empty = TRY(digest());
    return push_blob({.media_type = "application/octet-stream", .digest = empty, .size = 0}, source,
                     {});
  }
  if (!streams_)
    return Error(ErrorKind::unsupported, client_.base().authority() + " takes no streamed uploads");
  auto session = TRY(open_session());
  auto request = client_.request("PATCH", session);
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = &source;
  request.bulk = true;
  auto response = client_.send(std::move(request), Access::push);
  if (!response) {
    if (response.error().kind() == ErrorKind::cancelled) cancel_session(session);
    return std::move(response).error();
  }
  if (refuses_streams(response->status)) {
    streams_ = false;
    cancel_session(session);
    return Error(ErrorKind::unsupported, client_.base().authority() + " takes no streamed uploads");
  }
  if (!is_success(response->status)) return client_.error(*response, "upload");
  auto next = location(*response);
  TRY(close_session(next ? *next : session, TRY(digest())));
  return Pushed::uploaded;
}

}  // namespace mpk::oci
