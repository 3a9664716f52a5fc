// UploadPieces.
#include "oci/upload_pieces.hpp"

#include "base/text.hpp"
#include "oci/upload_closing.hpp"

#include <algorithm>

namespace mpk::oci {
namespace {

// What proxies allow is rarely more than a little above this (Cloudflare: 100 MB).
constexpr std::uint64_t kMostAfterRefusal = 90'000'000;
static_assert(UploadSizes{}.chunk <= kMostAfterRefusal);

// Less of a piece than this is no headway: a registry that takes a byte a time is not waited for.
constexpr std::uint64_t kHeadway = 16;

bool names_the_session(const http::Response& response) {
  return response.body.find("BLOB_UPLOAD_") != std::string::npos;
}

// Of a first PATCH: the host does not take streamed uploads (of this size).
bool refuses_streams(const http::Response& response) {
  switch (response.status) {
    case 404:
      return !names_the_session(response);
    case 405:
    case 411:
    case 413:
    case 416:
    case 501:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::uint64_t UploadPieces::piece(const UploadSession& session) {
  const auto policy = parts_.policies.of(host_);
  const auto limit = policy.way == UploadPolicy::Way::chunked
                         ? std::min(policy.limit, parts_.sizes.chunk)
                         : parts_.sizes.chunk;
  return std::max<std::uint64_t>({limit, session.least, 1});
}

Result<UploadPieces::End> UploadPieces::send_rest(UploadSession& session) {
  claimed_ = 0;
  while (session.offset < parts_.size) {
    if (const auto step = TRY(send_one(session))) return *step;
  }
  return End::complete;
}

Result<UploadPieces::Step> UploadPieces::send_one(UploadSession& session) {
  const auto begin = session.offset;
  const auto end = begin + std::min(parts_.size - begin, piece(session));
  BodySlice body(parts_.source, begin, end, parts_.size);
  if (auto placed = body.rewind(); !placed) return failure_.value_or(placed.error());
  auto request = parts_.client.request("PATCH", session.location);
  request.headers.set("Content-Type", "application/octet-stream");
  // distribution-spec: no unit, both ends inclusive. Not for a blob that goes in one: hosts that
  // take no pieces often take that.
  if (end - begin < parts_.size)
    request.headers.set("Content-Range", std::to_string(begin) + "-" + std::to_string(end - 1));
  request.body = &body;
  carry_bytes(request, end - begin);
  auto response = parts_.client.send(std::move(request), Access::push);
  if (response && response->status >= 200 && response->status <= 299)
    return taken(session, end, *response);
  if (response) return refused(session, end, *response);
  const auto kind = response.error().kind();
  if (kind != ErrorKind::network && kind != ErrorKind::timeout) return std::move(response).error();
  return ask(session, std::move(response).error());
}

// Whether that is headway, counted over all sessions: one that is lost again and again is none.
bool UploadPieces::stands_at(UploadSession& session, std::uint64_t offset) {
  session.offset = offset;
  if (offset > 0) parts_.confirmed(session);
  const auto least =
      std::min(parts_.size, most_ + std::max<std::uint64_t>(piece(session) / kHeadway, 1));
  if (offset < least || offset <= most_) return false;
  most_ = offset;
  parts_.tries.advanced();
  return true;
}

Result<UploadPieces::Step> UploadPieces::taken(UploadSession& session, std::uint64_t end,
                                               const http::Response& response) {
  if (response.headers.get("Location")) session.location = TRY(parts_.sessions.location(response));
  const auto header = response.headers.get("Range");
  const auto range = header ? parse_upload_range(*header) : std::nullopt;
  if (!header || own_count_ || range == end) {
    stands_at(session, end);
    claimed_ = 0;
    return Step();
  }
  mended_ = true;
  failure_ = Error(ErrorKind::network,
                   host_ + " did not take the whole upload: range " + printable(*header, 60),
                   "run the command again");
  // More than was sent, or "0-0", which is none or one.
  if (!range || *range > end || *range == 1) {
    TRY(parts_.tries.again(*failure_));
    return Step(End::spoiled);
  }
  // None of it; or this is a host whose Range stands still (ECR), and the piece is there.
  if (*range <= session.offset) claimed_ = end;
  if (!stands_at(session, *range)) TRY(parts_.tries.again(*failure_));
  return Step();
}

// Whether it is worth to go on with smaller pieces.
bool UploadPieces::shrink(const UploadSession& session, std::uint64_t length) {
  const auto smaller = parts_.sizes.smaller(length);
  const bool chunked = parts_.policies.of(host_).way == UploadPolicy::Way::chunked;
  // The first refusal may be of PATCH as such: a PUT is tried before that is believed.
  if (!chunked && is_first(session)) return false;
  if (length <= parts_.sizes.least || smaller < session.least) return false;
  parts_.policies.learn(host_, {UploadPolicy::Way::chunked, std::min(smaller, kMostAfterRefusal)});
  return true;
}

Result<UploadPieces::Step> UploadPieces::refused(UploadSession& session, std::uint64_t end,
                                                 const http::Response& response) {
  const auto length = end - session.offset;
  const bool first = is_first(session);
  auto error = parts_.client.error(response, "upload");
  if (response.status == 413 || (response.status == 416 && first)) {
    if (shrink(session, length)) return Step();
    const bool chunked = parts_.policies.of(host_).way == UploadPolicy::Way::chunked;
    if (response.status == 413 && (chunked || !first)) return error;
  }
  if (response.status == 416 && claimed_ > session.offset) {
    own_count_ = true;
    stands_at(session, std::exchange(claimed_, 0));
    return Step();
  }
  if (first && refuses_streams(response)) {
    const bool too_large = response.status == 413 || response.status == 416;
    const auto smaller = parts_.sizes.smaller(length);
    parts_.policies.learn(host_, {UploadPolicy::Way::monolithic, too_large ? smaller : 0});
    return Step(End::refused);
  }
  if (response.status == 404) {
    TRY(parts_.tries.again(
        Error(ErrorKind::network, host_ + " lost the upload session", "run the command again")));
    return Step(End::gone);
  }
  if (response.status == 416) {
    const auto asked_at = session.offset;
    auto step = TRY(ask(session, Error(ErrorKind::network, host_ + " lost count of the upload",
                                       "run the command again")));
    // It stands where that piece began, and does not want it.
    if (!step && session.offset == asked_at) step = End::spoiled;
    return step;
  }
  parts_.tries.refused(response);
  return ask(session, std::move(error));
}

Result<UploadPieces::Step> UploadPieces::ask(UploadSession& session, Error error) {
  mended_ = true;
  while (true) {
    failure_ = error;
    TRY(parts_.tries.again(std::move(error)));
    auto found = parts_.sessions.standing(session, parts_.size);
    if (found) {
      if (!*found) return Step(End::gone);
      session = **found;
      stands_at(session, session.offset);
      return Step();
    }
    error = std::move(found).error();
    if (error.kind() == ErrorKind::cancelled) return error;
  }
}

}  // namespace mpk::oci
