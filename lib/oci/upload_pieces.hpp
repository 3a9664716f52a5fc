// UploadPieces: the bytes of one blob, piece by piece, each from where the registry says it stands.
#pragma once

#include "oci/body_slice.hpp"
#include "oci/remote_retry.hpp"
#include "oci/upload_policy.hpp"
#include "oci/upload_session.hpp"

#include <functional>

namespace mpk::oci {

/// One upload's. After a lost connection or an answer that promises better, the registry is asked
/// where it stands and gets what it lacks.
class UploadPieces {
 public:
  /// Everything outlives it. `confirmed`: the registry has more than before.
  struct Parts {
    RemoteClient& client;
    UploadSessions& sessions;
    UploadPolicies& policies;
    UploadSizes sizes;
    PlacedSource& source;
    std::uint64_t size;
    UploadTries& tries;
    std::function<void(const UploadSession&)> confirmed;
  };
  explicit UploadPieces(Parts parts)
      : parts_(std::move(parts)), host_(parts_.client.base().authority()) {}

  enum class End {
    complete,
    gone,     // the registry has forgotten the session: worth another
    spoiled,  // nobody knows what the session holds: worth another
    refused,  // this host takes no blob in pieces, and that is learned now
  };
  /// Sends what `session` lacks and keeps it up to date.
  Result<End> send_rest(UploadSession& session);
  /// Something went wrong on the way, so that the registry may hold what nobody sent.
  bool mended() const { return mended_; }

 private:
  /// Nothing: go on.
  using Step = std::optional<End>;
  std::uint64_t piece(const UploadSession& session);
  bool is_first(const UploadSession& session) const { return session.offset == 0 && most_ == 0; }
  Result<Step> send_one(UploadSession& session);
  Result<Step> taken(UploadSession& session, std::uint64_t end, const http::Response& response);
  Result<Step> refused(UploadSession& session, std::uint64_t end, const http::Response& response);
  bool shrink(const UploadSession& session, std::uint64_t length);
  Result<Step> ask(UploadSession& session, Error error);
  bool stands_at(UploadSession& session, std::uint64_t offset);

  Parts parts_;
  std::string host_;
  std::uint64_t most_ = 0;     // the furthest that any session came
  std::uint64_t claimed_ = 0;  // sent and accepted, though its Range said otherwise
  bool own_count_ = false;     // this host's Range is not to be believed
  bool mended_ = false;
  std::optional<Error> failure_;  // the last one
};

}  // namespace mpk::oci
