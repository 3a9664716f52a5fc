// RemoteDownloads: one request after the other until every wanted byte was handed on.
#include "oci/remote_download.hpp"

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "http/retry.hpp"
#include "oci/content_range.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace mpk::oci {
namespace {

constexpr unsigned kTries = 5;  // in a row, without progress
// Less would let a host that gives a byte a connection go on for ever.
constexpr std::uint64_t kProgress = 256U << 10;

Error truncated(const Descriptor& blob, std::uint64_t found) {
  return {ErrorKind::mismatch,
          fmt::format("blob {}: size {} does not match the descriptor ({})", blob.digest.brief(),
                      found, blob.size),
          "the registry served a truncated blob; run the command again"};
}

Error too_long(const Descriptor& blob) {
  return {ErrorKind::mismatch,
          fmt::format("blob {}: more than the expected {} bytes", blob.digest.brief(), blob.size)};
}

Error no_ranges(const Descriptor& blob) {
  return {ErrorKind::unsupported,
          fmt::format("blob {}: the registry gives no ranges of it", blob.digest.brief())};
}

}  // namespace

struct RemoteDownloads::Wanted {
  const Descriptor& blob;
  std::uint64_t next, end;  // what has not been handed on yet
  const Sink& sink;
  bool by_range;    // asks for a range from the first request on
  bool from_start;  // so that an answer with the whole blob will do, too
};

/// One answer: its header checked, of its bytes those handed on that are wanted.
class RemoteDownloads::Answer final : public http::BodySink {
 public:
  Answer(Wanted& wanted, bool asked, std::atomic<bool>& no_ranges)
      : wanted_(wanted), asked_(asked), no_ranges_(no_ranges) {}

  Result<void> begin(int status, const http::Headers& headers) override {
    begun_ = true;
    status_ = status;
    whole_ = status == 200;
    // At once: a thread that sees the first bytes may ask for a range next.
    if (asked_ && whole_) no_ranges_ = true;
    position_ = 0;
    end_ = wanted_.blob.size;
    if (const auto coding = headers.get("Content-Encoding");
        coding && !iequals_ascii(trim(*coding), "identity")) {
      return fail(
          {ErrorKind::malformed,
           fmt::format("blob {}: it came with the content coding {}, which nobody asked for",
                       wanted_.blob.digest.brief(), printable(*coding, 40)),
           "a proxy on the way, or the registry's storage, changes what it carries"});
    }
    if (whole_ ? asked_ && !wanted_.from_start : !fits(status, headers)) {
      unusable_ = true;
      return fail(no_ranges(wanted_.blob));
    }
    const auto length = parse_u64(headers.get("Content-Length").value_or(""));
    if (length && *length > end_ - position_) return fail(too_long(wanted_.blob));
    return {};
  }

  Result<void> write(BytesView bytes) override {
    if (bytes.size() > end_ - position_) return fail(too_long(wanted_.blob));
    const std::uint64_t start = std::exchange(position_, position_ + bytes.size());
    const std::uint64_t to = std::min(position_, wanted_.end);
    if (to > wanted_.next) {
      const BytesView fresh = bytes.subspan(wanted_.next - start, to - wanted_.next);
      wanted_.next = to;
      if (auto taken = wanted_.sink(fresh); !taken) return fail(std::move(taken.error()));
    }
    if (to < wanted_.end || wanted_.end == end_) return {};
    enough_ = true;
    return fail({ErrorKind::cancelled, "the range is complete"});
  }

  Result<void> poll() override {
    if (auto wanted = wanted_.sink({}); !wanted) return fail(std::move(wanted.error()));
    return {};
  }
  bool restartable() const override { return !begun_; }

  bool asked() const { return asked_; }
  bool begun() const { return begun_; }
  int status() const { return status_; }
  bool enough() const { return enough_; }      // ended here, as there was more than wanted
  bool unusable() const { return unusable_; }  // no answer to what was asked
  bool failed() const { return failed_; }      // by the sink or its rules, not by the network

 private:
  // Of a status that is not 200.
  bool fits(int status, const http::Headers& headers) {
    if (!asked_ || status != 206) return false;
    const auto range = parse_content_range(headers.get("Content-Range").value_or(""));
    if (!range || range->total != wanted_.blob.size || range->first != wanted_.next ||
        range->last >= wanted_.end) {
      return false;
    }
    position_ = range->first;
    end_ = range->last + 1;
    return true;
  }

  Error fail(Error error) {
    failed_ = true;
    return error;
  }

  Wanted& wanted_;
  const bool asked_;
  std::atomic<bool>& no_ranges_;
  bool begun_ = false, whole_ = false, enough_ = false, unusable_ = false, failed_ = false;
  int status_ = 0;
  std::uint64_t position_ = 0, end_ = 0;  // of the answer, within the blob
};

/// When a broken transfer is worth another request.
class RemoteDownloads::Tries {
 public:
  explicit Tries(const RemotePauses& pauses) : pauses_(pauses) {}

  /// Pauses, or returns the error. `progress`: bytes of the try that failed.
  Result<void> again(Error error, std::uint64_t progress, const Wanted& wanted) {
    if (progress >= kProgress) made_ = 0;
    http::RetryQuestion question;
    question.attempt = ++made_;
    question.max_attempts = kTries;
    question.error = ErrorKind::network;
    question.jitter = jitter();
    const auto delay = http::retry_delay(question);
    if (!delay) return error;
    TRY(wanted.sink({}));
    return pauses_.pause(*delay, fmt::format("blob {}: {}, at byte {}", wanted.blob.digest.brief(),
                                             error.message(), wanted.next));
  }

 private:
  const RemotePauses& pauses_;
  unsigned made_ = 0;
};

http::Request RemoteDownloads::request_for(const Wanted& wanted, Answer& answer) const {
  auto request = client_.request("GET", client_.url("blobs/" + wanted.blob.digest.text()));
  request.sink = &answer;
  request.bulk = true;
  if (answer.asked()) {
    request.headers.set("Range", fmt::format("bytes={}-{}", wanted.next, wanted.end - 1));
  }
  return request;
}

Error RemoteDownloads::refusal(const http::Response& response, const Descriptor& blob) const {
  auto error = client_.error(response, "blob " + blob.digest.brief());
  if (error.kind() != ErrorKind::not_found) return error;
  return std::move(error).with_hint("the artifact is not complete there; push or copy it again");
}

Result<void> RemoteDownloads::fetch(Wanted wanted) {
  Tries tries(pauses_);
  bool whole_only = false;  // this blob, whatever the host does with others
  while (true) {
    const bool asks = !no_ranges_ && !whole_only && wanted.next < wanted.end &&
                      (wanted.by_range || wanted.next > 0);
    if (!asks && !wanted.from_start) return no_ranges(wanted.blob);
    const std::uint64_t before = wanted.next;
    Answer answer(wanted, asks, no_ranges_);
    auto response = client_.send(request_for(wanted, answer), Access::pull);
    if (answer.enough()) return {};
    if (answer.unusable() && !asks) {
      return client_.error({.status = answer.status()}, "blob " + wanted.blob.digest.brief());
    }
    if (answer.unusable()) {
      whole_only = true;
      continue;
    }
    if (answer.failed()) return std::move(response).error();
    if (answer.begun() && wanted.next == wanted.end) return {};

    std::optional<Error> error;
    if (!response) {
      // Before the first byte the transport has tried again by itself.
      if (!answer.begun()) return std::move(response).error();
      error = std::move(response).error();
    } else if (answer.begun()) {
      error = truncated(wanted.blob, wanted.next);
    } else if (response->status == 416 && asks) {
      whole_only = true;
      continue;
    } else {
      error = refusal(*response, wanted.blob);
      // A signed URL of storage that has expired: the registry signs a new one.
      const bool expired = (response->status == 401 || response->status == 403) &&
                           !response->url.same_origin(client_.base());
      if (!expired) return *std::move(error);
    }
    TRY(tries.again(*std::move(error), wanted.next - before, wanted));
  }
}

Result<void> RemoteDownloads::fetch_range(const Descriptor& blob, std::uint64_t offset,
                                          std::uint64_t length, const Sink& sink) {
  return fetch({.blob = blob,
                .next = offset,
                .end = offset + length,
                .sink = sink,
                .by_range = true,
                .from_start = offset == 0});
}

Result<void> RemoteDownloads::fetch_blob(const Descriptor& blob, const Sink& sink) {
  crypto::Hasher hasher(blob.digest.algorithm());
  const Sink hashing = [&](BytesView bytes) {
    hasher.update(bytes);
    return sink(bytes);
  };
  TRY(fetch({.blob = blob,
             .next = 0,
             .end = blob.size,
             .sink = hashing,
             .by_range = false,
             .from_start = true}));
  const auto found = hasher.finish();
  if (found == blob.digest) return {};
  return Error(
      ErrorKind::mismatch,
      fmt::format("blob {}: its bytes have the digest {}", blob.digest.brief(), found.brief()),
      "the registry served other bytes than were pushed");
}

}  // namespace mpk::oci
