// Uploads to a registry (distribution-spec, "Pushing blobs"): HEAD, mount, monolithic, streamed.
#pragma once

#include "oci/remote_client.hpp"
#include "oci/remote_retry.hpp"
#include "oci/store.hpp"

#include <atomic>

namespace mpk::oci {

/// Thread-safe.
class RemoteUploads {
 public:
  RemoteUploads(RemoteClient& client, const RemotePauses& pauses)
      : client_(client), pauses_(pauses) {}
  Result<bool> has_blob(const Descriptor& descriptor);
  Result<Pushed> push_blob(const Descriptor& descriptor, Source& source,
                           const std::vector<std::string>& mount_from);
  Result<Pushed> push_stream(Source& source, std::uint64_t size,
                             const std::function<Result<Digest>()>& digest);

 private:
  Result<Url> open_session();
  Result<bool> mount(const Descriptor& descriptor, const std::string& from,
                     std::optional<Url>& session);
  Result<void> put_whole(const Url& session, const Descriptor& descriptor, Source& source,
                         UploadTries& tries);
  Result<void> stream_once(const Url& session, Source& source, std::uint64_t size,
                           const std::function<Result<Digest>()>& digest, UploadTries& tries);
  Result<Url> patch(const Url& session, Source& source, std::uint64_t size, UploadTries& tries);
  Result<void> close_session(const Url& session, const Descriptor& descriptor, UploadTries& tries);
  /// Whether the answer of the PUT that ends a session says that the blob is there now.
  Result<void> closed(const http::Response& response, const Url& asked,
                      const Descriptor& descriptor, UploadTries& tries);
  /// After the answer to such a PUT was lost: the registry may be hashing still. Asks now and then.
  Result<bool> turns_up(const Descriptor& descriptor);
  Result<Url> location(const http::Response& response) const;
  void cancel_session(const Url& session);

  RemoteClient& client_;
  const RemotePauses& pauses_;
  std::atomic<bool> streams_{true};  // learned: false after the host refused a streamed upload
};

}  // namespace mpk::oci
