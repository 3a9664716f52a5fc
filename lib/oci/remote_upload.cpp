// Uploads to a registry.
#include "oci/remote_upload.hpp"

#include "base/text.hpp"
#include "oci/body_slice.hpp"
#include "oci/upload_pieces.hpp"

#include <algorithm>
#include <utility>

namespace mpk::oci {
namespace {

constexpr const char* kPolicyFile = "hosts.json";

Descriptor plain(const Digest& digest, std::uint64_t size) {
  return {.media_type = "application/octet-stream", .digest = digest, .size = size};
}

// What a session is worth keeping for: the next run may fare better.
bool may_go_on_later(ErrorKind kind) {
  return kind == ErrorKind::cancelled || kind == ErrorKind::network || kind == ErrorKind::timeout ||
         kind == ErrorKind::unauthorized;
}

}  // namespace

struct RemoteUploads::Job {
  PlacedSource source;
  std::uint64_t size;
  std::function<Result<Digest>()> digest;
  UploadTries tries;
  DigestAlgorithm algorithm = DigestAlgorithm::sha256;
  std::unique_ptr<UploadJournal::Claim> claim;
  std::optional<UploadSession> session;
  bool resumed = false;
  bool began_anew = false;
};

RemoteUploads::RemoteUploads(RemoteClient& client, const RemotePauses& pauses,
                             const RemoteOptions& options, Logger logger)
    : client_(client),
      pauses_(pauses),
      logger_(std::move(logger)),
      sizes_(options.upload_sizes),
      sessions_(client),
      closing_(client, pauses),
      policies_(options.uploads.empty() ? options.uploads : options.uploads / kPolicyFile,
                options.clock),
      journal_(options.uploads, options.clock) {}

void RemoteUploads::resume(Job& job, const std::string& what) {
  if (job.size <= sizes_.chunk || what.empty()) return;
  job.claim = journal_.claim(host(), client_.repository(), what);
  const auto entry = job.claim ? job.claim->load() : std::nullopt;
  if (!entry) return;
  auto location = sessions_.known_location(entry->session);
  auto found =
      location ? sessions_.standing(
                     {.location = location.take(), .offset = entry->offset, .least = entry->least},
                     job.size)
               : Result<std::optional<UploadSession>>(location.error());
  if (!found || !*found) {
    job.claim->drop();
    return;
  }
  job.session = std::move(*found);
  job.resumed = true;
  logger_.info(host() + ": an upload that broke off goes on after " +
               human_size(job.session->offset) + " of " + human_size(job.size));
}

void RemoteUploads::forget_session(Job& job, bool cancel) {
  if (cancel && job.session) sessions_.cancel(*job.session);
  if (job.claim) job.claim->drop();
  job.session.reset();
}

Error RemoteUploads::give_up(Job& job, Error error) {
  const bool kept = job.claim && job.session && job.session->offset > 0;
  if (!kept || !may_go_on_later(error.kind())) {
    forget_session(job, true);
    return error;
  }
  if (error.kind() != ErrorKind::cancelled) return error;
  return std::move(error).with_hint(
      "run the same command again: it goes on with what the registry has kept");
}

Result<bool> RemoteUploads::close(Job& job, bool mended) {
  auto digest = job.digest();
  if (!digest) return give_up(job, std::move(digest).error());
  auto closed = closing_.put_digest(*job.session, plain(*digest, job.size), job.tries);
  if (closed) {
    if (job.claim) job.claim->drop();
    return true;
  }
  auto error = std::move(closed).error();
  // What the registry kept of a session that broke may be other bytes; a new one tells.
  if (error.kind() == ErrorKind::mismatch && mended && !std::exchange(job.began_anew, true)) {
    forget_session(job, false);
    return false;
  }
  const bool later = may_go_on_later(error.kind());
  auto again = job.tries.again(std::move(error));
  if (!again) {
    if (!later) forget_session(job, false);
    return std::move(again).error();
  }
  auto found = sessions_.standing(*job.session, job.size);
  if (!found || !*found) {
    forget_session(job, false);
  } else {
    job.session = std::move(*found);
  }
  return false;
}

Result<Pushed> RemoteUploads::in_pieces(Job& job) {
  UploadPieces pieces({.client = client_,
                       .sessions = sessions_,
                       .policies = policies_,
                       .sizes = sizes_,
                       .source = job.source,
                       .size = job.size,
                       .tries = job.tries,
                       .confirmed = [&job](const UploadSession& session) {
                         if (!job.claim) return;
                         job.claim->save({session.location.text(), session.offset, session.least});
                       }});
  while (true) {
    if (!job.session) job.session = TRY(sessions_.open(job.algorithm));
    auto end = pieces.send_rest(*job.session);
    if (!end) return give_up(job, std::move(end).error());
    switch (*end) {
      case UploadPieces::End::complete:
        if (TRY(close(job, pieces.mended() || job.resumed))) return Pushed::uploaded;
        break;
      case UploadPieces::End::refused:
        forget_session(job, true);
        return Error(ErrorKind::unsupported, host() + " takes no streamed uploads");
      case UploadPieces::End::gone:
      case UploadPieces::End::spoiled:
        forget_session(job, *end == UploadPieces::End::spoiled);
        break;
    }
  }
}

Result<Pushed> RemoteUploads::whole(Job& job, const Descriptor& descriptor) {
  while (true) {
    if (!job.session) job.session = TRY(sessions_.open(job.algorithm));
    auto put = closing_.put_whole(*job.session, descriptor, job.source, job.tries);
    if (put) return Pushed::uploaded;
    const bool too_large = put.error().kind() == ErrorKind::too_large;
    if (too_large) sessions_.cancel(*job.session);
    job.session.reset();
    if (too_large) return std::move(put).error();
    auto error = put.error();
    TRY(job.tries.again(std::move(put).error()));
    if (!job.source.seek(0)) return error;
  }
}

// Whether a blob that was too large for one request may fit into several; that is learned.
bool RemoteUploads::shrinks_to_pieces(std::uint64_t size) {
  const auto known = policies_.of(host()).limit;
  auto limit = known == 0 ? sizes_.chunk : std::min(known, sizes_.chunk);
  if (limit >= size) limit = sizes_.smaller(size);
  if (limit >= size) return false;
  policies_.learn(host(), {UploadPolicy::Way::chunked, limit});
  return true;
}

Result<Pushed> RemoteUploads::push_blob(const Descriptor& descriptor, Source& source,
                                        const std::vector<std::string>& mount_from) {
  if (TRY(has_blob(descriptor))) return Pushed::already_there;
  Job job{.source = PlacedSource(source),
          .size = descriptor.size,
          .digest = [&]() -> Result<Digest> { return descriptor.digest; },
          .tries = {pauses_, "blob " + descriptor.digest.brief()},
          .algorithm = descriptor.digest.algorithm()};
  for (const auto& from : mount_from) {
    if (from == client_.repository()) continue;
    auto mounted = TRY(sessions_.mount(descriptor.digest, from));
    if (mounted.done) return Pushed::mounted;
    job.session = std::move(mounted.session);
    if (job.session) break;
  }
  auto opened = std::exchange(job.session, std::nullopt);
  resume(job, descriptor.digest.text());
  if (!job.session) {
    job.session = std::move(opened);
  } else if (opened) {
    sessions_.cancel(*opened);
  }
  const auto policy = policies_.of(host());
  // One that can be gone on with is worth the requests of its pieces.
  bool pieces = policy.way == UploadPolicy::Way::chunked
                    ? descriptor.size > policy.limit
                    : policy.way == UploadPolicy::Way::streamed && job.claim != nullptr;
  pieces = pieces || job.resumed;
  constexpr unsigned kTurns = 2;  // both ways, and the first once more
  for (unsigned turn = 0;; ++turn) {
    auto pushed = pieces ? in_pieces(job) : whole(job, descriptor);
    if (pushed || turn == kTurns) return pushed;
    const auto kind = pushed.error().kind();
    const bool other_way = pieces
                               ? kind == ErrorKind::unsupported
                               : kind == ErrorKind::too_large && shrinks_to_pieces(descriptor.size);
    if (!other_way) return pushed;
    if (!job.source.seek(0)) return pushed;
    job.tries.begin_anew();
    pieces = !pieces;
  }
}

Result<Pushed> RemoteUploads::push_stream(Source& source, std::uint64_t size,
                                          const std::function<Result<Digest>()>& digest) {
  if (size == 0) return push_blob(plain(TRY(digest()), 0), source, {});
  if (policies_.of(host()).way == UploadPolicy::Way::monolithic)
    return Error(ErrorKind::unsupported, host() + " takes no streamed uploads");
  Job job{
      .source = PlacedSource(source), .size = size, .digest = digest, .tries = {pauses_, "upload"}};
  resume(job, source.identity());
  return in_pieces(job);
}

}  // namespace mpk::oci
