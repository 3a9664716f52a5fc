// Uploads to a registry (distribution-spec, "Pushing blobs"): HEAD, mount, monolithic, in pieces.
#pragma once

#include "oci/remote_client.hpp"
#include "oci/remote_retry.hpp"
#include "oci/remote_store.hpp"
#include "oci/store.hpp"
#include "oci/upload_closing.hpp"
#include "oci/upload_journal.hpp"
#include "oci/upload_policy.hpp"
#include "oci/upload_session.hpp"

namespace mpk::oci {

/// Thread-safe. What UploadPolicies knows of the host decides on the way; what it refuses is
/// learned. A blob of more than one piece is noted in the journal as it arrives, and a later run
/// goes on with it.
class RemoteUploads {
 public:
  RemoteUploads(RemoteClient& client, const RemotePauses& pauses, const RemoteOptions& options,
                Logger logger);
  Result<bool> has_blob(const Descriptor& descriptor) { return closing_.has_blob(descriptor); }
  Result<Pushed> push_blob(const Descriptor& descriptor, Source& source,
                           const std::vector<std::string>& mount_from);
  Result<Pushed> push_stream(Source& source, std::uint64_t size,
                             const std::function<Result<Digest>()>& digest);

 private:
  struct Job;
  std::string host() const { return client_.base().authority(); }
  void resume(Job& job, const std::string& what);
  Result<Pushed> in_pieces(Job& job);
  Result<Pushed> whole(Job& job, const Descriptor& descriptor);
  /// True: the blob is there. False: worth another round.
  Result<bool> close(Job& job, bool mended);
  void forget_session(Job& job, bool cancel);
  Error give_up(Job& job, Error error);
  bool shrinks_to_pieces(std::uint64_t size);

  RemoteClient& client_;
  const RemotePauses& pauses_;
  Logger logger_;
  UploadSizes sizes_;
  UploadSessions sessions_;
  UploadClosing closing_;
  UploadPolicies policies_;
  UploadJournal journal_;
};

}  // namespace mpk::oci
