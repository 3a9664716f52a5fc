// Uploads to a registry.
#include "oci/remote_upload.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <chrono>

namespace mpk::oci {
namespace {

// A registry on object storage reads a blob again to hash it before it answers the last PUT:
// measured as low as some ten megabytes a second.
constexpr unsigned kAnswerSeconds = 600;
constexpr std::uint64_t kHashedPerSecond = 20U << 20;
unsigned answer_seconds(std::uint64_t size) {
  constexpr std::uint64_t kDay = 86'400;
  return static_cast<unsigned>(std::min(kAnswerSeconds + size / kHashedPerSecond, kDay));
}

// As long as it may take to finish what it was sent, after its answer was lost (a gateway in front
// of it gives up after a minute).
constexpr std::chrono::seconds kFirstLook{1}, kLongestLook{15}, kLookFor{5}, kLongestLooking{600};
std::chrono::milliseconds looking_time(std::uint64_t size) {
  return std::min<std::chrono::milliseconds>(
      kLookFor + std::chrono::seconds(size / kHashedPerSecond), kLongestLooking);
}

constexpr unsigned kCloses = 2;  // tries to end one session: no byte is sent again for them

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

// Whether the registry may be doing still what it was asked, or have done it: it said nothing, or a
// gateway in front of it lost patience. (429 and 503 say that nothing was done.)
bool may_be_at_work(const Result<http::Response>& response) {
  if (response)
    return response->status == 408 || response->status == 502 || response->status == 504;
  const auto kind = response.error().kind();
  return kind == ErrorKind::network || kind == ErrorKind::timeout;
}

// A PATCH or PUT with the blob's bytes. Sent again into the same session, they would follow those
// that arrived: another try is for UploadTries, whatever the status.
void carry_bytes(http::Request& request, std::uint64_t size) {
  request.bulk = true;
  request.redirects = http::Redirects::all;
  request.answer_seconds = answer_seconds(size);
  request.idempotent = false;
  request.no_retry = {429, 503};
}

// Tells whether a body was read to its end: only then can the registry have all of it.
class CountingSource final : public Source {
 public:
  explicit CountingSource(Source& inner) : inner_(inner) {}
  std::optional<std::uint64_t> size() const override { return inner_.size(); }
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    const std::size_t count = TRY(inner_.read(buffer));
    count_ += count;
    return count;
  }
  Result<void> seek(std::uint64_t offset) override {
    count_ = offset;
    return inner_.seek(offset);
  }
  std::uint64_t count() const { return count_; }

 private:
  Source& inner_;
  std::uint64_t count_ = 0;
};

}  // namespace

Result<bool> RemoteUploads::has_blob(const Descriptor& descriptor) {
  auto request = client_.request("HEAD", client_.url("blobs/" + descriptor.digest.text()));
  auto response = TRY(client_.send(std::move(request), Access::pull));
  if (response.status == 404) return false;
  if (response.status != 200) return client_.error(response, "blob " + descriptor.digest.brief());
  // A log-in page is 200, too. A wrong "no" costs an upload, a wrong "yes" the blob.
  const auto length = response.headers.get("Content-Length");
  if (!length) return response.url.same_origin(client_.base());
  return parse_u64(*length).value_or(descriptor.size + 1) == descriptor.size;
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
  request.redirects = http::Redirects::all;
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
                                      Source& source, UploadTries& tries) {
  CountingSource counted(source);
  auto request = client_.request("PUT", session.with_query("digest", descriptor.digest.text()));
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = &counted;
  carry_bytes(request, descriptor.size);
  const auto asked = request.url;
  auto response = client_.send(std::move(request), Access::push);
  const bool whole = counted.count() == descriptor.size;
  if (whole && may_be_at_work(response) && TRY(turns_up(descriptor))) return {};
  return closed(TRY(std::move(response)), asked, descriptor, tries);
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
  for (UploadTries tries(pauses_, "blob " + descriptor.digest.brief());;) {
    if (!session) session = TRY(open_session());
    auto put = put_whole(*session, descriptor, source, tries);
    if (put) return Pushed::uploaded;
    TRY(tries.start_over(std::move(put).error(), source));
    session.reset();
  }
}

Result<void> RemoteUploads::close_session(const Url& session, const Descriptor& descriptor,
                                          UploadTries& tries) {
  for (unsigned made = 1;; ++made) {
    http::TextSource empty("");
    auto request = client_.request("PUT", session.with_query("digest", descriptor.digest.text()));
    request.headers.set("Content-Type", "application/octet-stream");
    request.body = &empty;
    request.redirects = http::Redirects::all;
    request.timeout_seconds = answer_seconds(descriptor.size);
    request.idempotent = false;  // not again while the first may be at work
    const auto asked = request.url;
    auto response = client_.send(std::move(request), Access::push);
    const bool unclear = may_be_at_work(response);
    if (unclear && TRY(turns_up(descriptor))) return {};
    const bool failed = unclear || response->status == 500;
    if (!failed || made == kCloses)
      return closed(TRY(std::move(response)), asked, descriptor, tries);
    if (!unclear) TRY(pauses_.pause(kFirstLook));
  }
}

// distribution-spec: 201. Others are known from single registries and count only where no redirect
// can have led to some page.
Result<void> RemoteUploads::closed(const http::Response& response, const Url& asked,
                                   const Descriptor& descriptor, UploadTries& tries) {
  const bool redirected = response.url.text() != asked.text();
  const auto subject = "blob " + descriptor.digest.brief();
  if (response.status == 201 || (is_success(response.status) && !redirected)) return {};
  if (is_success(response.status)) {
    if (TRY(has_blob(descriptor))) return {};
  }
  auto error = client_.error(response, subject);
  if (response.status == 400) return std::move(error).with_kind(ErrorKind::mismatch);
  if (response.status != 404) {
    tries.refused(response);
    return error;
  }
  // The session is gone: closed by a PUT whose answer was lost, or forgotten.
  if (TRY(has_blob(descriptor))) return {};
  return Error(ErrorKind::network,
               subject + ": " + client_.base().authority() + " lost the upload session",
               "run the command again; what is there already is not sent again");
}

Result<bool> RemoteUploads::turns_up(const Descriptor& descriptor) {
  std::chrono::milliseconds waited{0}, next = kFirstLook;
  for (const auto limit = looking_time(descriptor.size);;
       next = std::min<std::chrono::milliseconds>(2 * next, kLongestLook)) {
    auto there = has_blob(descriptor);
    if (!there && there.error().kind() == ErrorKind::cancelled) return there;
    if (there && *there) return true;
    if (!there || waited >= limit) return false;
    TRY(pauses_.pause(next));
    waited += next;
  }
}

void RemoteUploads::cancel_session(const Url& session) {
  // Best effort: registries drop forgotten sessions by themselves.
  auto ignored = client_.send(client_.request("DELETE", session), Access::push);
  static_cast<void>(ignored);
}

// Returns where to go on.
Result<Url> RemoteUploads::patch(const Url& session, Source& source, std::uint64_t size,
                                 UploadTries& tries) {
  auto request = client_.request("PATCH", session);
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = &source;
  carry_bytes(request, size);
  auto response = TRY(client_.send(std::move(request), Access::push));
  if (refuses_streams(response.status)) {
    streams_ = false;
    return Error(ErrorKind::unsupported, client_.base().authority() + " takes no streamed uploads");
  }
  if (!is_success(response.status)) {
    tries.refused(response);
    return client_.error(response, "upload");
  }
  if (!has_all(response, size))
    return Error(ErrorKind::network,
                 client_.base().authority() + " did not take the whole upload: range " +
                     printable(*response.headers.get("Range"), 60),
                 "run the command again");
  if (!response.headers.get("Location")) return session;
  return location(response);
}

Result<void> RemoteUploads::stream_once(const Url& session, Source& source, std::uint64_t size,
                                        const std::function<Result<Digest>()>& digest,
                                        UploadTries& tries) {
  auto next = patch(session, source, size, tries);
  auto found = next ? digest() : Result<Digest>(next.error());
  if (found) return close_session(*next, plain(*found, size), tries);
  cancel_session(session);
  return std::move(found).error();
}

Result<Pushed> RemoteUploads::push_stream(Source& source, std::uint64_t size,
                                          const std::function<Result<Digest>()>& digest) {
  if (size == 0) return push_blob(plain(TRY(digest()), 0), source, {});
  if (!streams_)
    return Error(ErrorKind::unsupported, client_.base().authority() + " takes no streamed uploads");
  for (UploadTries tries(pauses_, "upload");;) {
    const auto session = TRY(open_session());
    auto streamed = stream_once(session, source, size, digest, tries);
    if (streamed) return Pushed::uploaded;
    TRY(tries.start_over(std::move(streamed).error(), source));
  }
}

}  // namespace mpk::oci
