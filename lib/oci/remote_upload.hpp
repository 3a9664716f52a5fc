// Uploads to a registry (distribution-spec, "Pushing blobs"): HEAD, mount, monolithic, streamed.
#pragma once

#include "oci/remote_client.hpp"
#include "oci/store.hpp"

#include <atomic>

namespace mpk::oci {

/// Thread-safe.
class RemoteUploads {
 public:
  explicit RemoteUploads(RemoteClient& client) : client_(client) {}
  Result<bool> has_blob(const Descriptor& descriptor);
  Result<Pushed> push_blob(const Descriptor& descriptor, Source& source,
                           const std::vector<std::string>& mount_from);
  Result<Pushed> push_stream(Source& source, std::uint64_t size,
                             const std::function<Result<Digest>()>& digest);

 private:
  Result<Url> open_session();
  Result<bool> mount(const Descriptor& descriptor, const std::string& from,
                     std::optional<Url>& session);
  Result<void> put_whole(const Url& session, const Descriptor& descriptor, Source& source);
  /// One try of push_stream, in a session of its own.
  Result<void> stream_once(Source& source, std::uint64_t size,
                           const std::function<Result<Digest>()>& digest);
  Result<Url> patch(const Url& session, Source& source, std::uint64_t size);
  Result<void> close_session(const Url& session, const Descriptor& descriptor);
  /// Reads the answer of the PUT that ends a session.
  Result<void> closed(const http::Response& response, const Descriptor& descriptor);
  Result<Url> location(const http::Response& response) const;
  void cancel_session(const Url& session);

  RemoteClient& client_;
  std::atomic<bool> streams_{true};  // learned: false after the host refused a streamed upload
};

}  // namespace mpk::oci
