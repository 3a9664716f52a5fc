// UploadClosing.
#include "oci/upload_closing.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <chrono>

namespace mpk::oci {
namespace {

// Measured as low as some ten megabytes a second.
constexpr unsigned kAnswerSeconds = 600;
constexpr std::uint64_t kHashedPerSecond = 20U << 20;

// As long as it may take to finish what it was sent, after its answer was lost (a gateway in front
// of it gives up after a minute).
constexpr std::chrono::seconds kFirstLook{1}, kLongestLook{15}, kLookFor{5}, kLongestLooking{600};
std::chrono::milliseconds looking_time(std::uint64_t size) {
  return std::min<std::chrono::milliseconds>(
      kLookFor + std::chrono::seconds(size / kHashedPerSecond), kLongestLooking);
}

constexpr unsigned kCloses = 2;  // tries to end one session: no byte is sent again for them

bool is_success(int status) { return status >= 200 && status <= 299; }

// Whether the registry may be doing still what it was asked, or have done it: it said nothing, or a
// gateway in front of it lost patience. (429 and 503 say that nothing was done.)
bool may_be_at_work(const Result<http::Response>& response) {
  if (response)
    return response->status == 408 || response->status == 502 || response->status == 504;
  const auto kind = response.error().kind();
  return kind == ErrorKind::network || kind == ErrorKind::timeout;
}

}  // namespace

unsigned upload_answer_seconds(std::uint64_t size) {
  constexpr std::uint64_t kDay = 86'400;
  return static_cast<unsigned>(std::min(kAnswerSeconds + size / kHashedPerSecond, kDay));
}

void carry_bytes(http::Request& request, std::uint64_t size) {
  request.bulk = true;
  request.redirects = http::Redirects::all;
  request.answer_seconds = upload_answer_seconds(size);
  request.idempotent = false;
  request.no_retry = {429, 503};
}

Result<bool> UploadClosing::has_blob(const Descriptor& descriptor) {
  auto request = client_.request("HEAD", client_.url("blobs/" + descriptor.digest.text()));
  auto response = TRY(client_.send(std::move(request), Access::pull));
  if (response.status == 404) return false;
  if (response.status != 200) return client_.error(response, "blob " + descriptor.digest.brief());
  // A log-in page is 200, too. A wrong "no" costs an upload, a wrong "yes" the blob.
  const auto length = response.headers.get("Content-Length");
  if (!length) return response.url.same_origin(client_.base());
  return parse_u64(*length).value_or(descriptor.size + 1) == descriptor.size;
}

Result<void> UploadClosing::put_whole(const UploadSession& session, const Descriptor& descriptor,
                                      PlacedSource& source, UploadTries& tries) {
  BodySlice body(source, 0, descriptor.size, descriptor.size);
  TRY(body.rewind());
  auto request =
      client_.request("PUT", session.location.with_query("digest", descriptor.digest.text()));
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = &body;
  carry_bytes(request, descriptor.size);
  const auto asked = request.url;
  auto response = client_.send(std::move(request), Access::push);
  if (body.read_to_its_end() && may_be_at_work(response) && TRY(turns_up(descriptor))) return {};
  return closed(TRY(std::move(response)), asked, descriptor, tries);
}

Result<void> UploadClosing::put_digest(const UploadSession& session, const Descriptor& descriptor,
                                       UploadTries& tries) {
  for (unsigned made = 1;; ++made) {
    http::TextSource empty("");
    auto request =
        client_.request("PUT", session.location.with_query("digest", descriptor.digest.text()));
    request.headers.set("Content-Type", "application/octet-stream");
    request.body = &empty;
    request.redirects = http::Redirects::all;
    request.timeout_seconds = upload_answer_seconds(descriptor.size);
    request.idempotent = false;  // not again while the first may be at work
    const auto asked = request.url;
    auto response = client_.send(std::move(request), Access::push);
    if (response && response->status == 416) {
      return Error(ErrorKind::network,
                   client_.base().authority() + " does not have all of the blob");
    }
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
Result<void> UploadClosing::closed(const http::Response& response, const Url& asked,
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

Result<bool> UploadClosing::turns_up(const Descriptor& descriptor) {
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

}  // namespace mpk::oci
