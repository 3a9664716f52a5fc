// UploadClosing: the PUT that ends an upload, and whether the blob is there then.
#pragma once

#include "oci/body_slice.hpp"
#include "oci/descriptor.hpp"
#include "oci/remote_client.hpp"
#include "oci/remote_retry.hpp"
#include "oci/upload_session.hpp"

namespace mpk::oci {

/// A registry on object storage reads a blob again to hash it before it answers: how long that may
/// take.
unsigned upload_answer_seconds(std::uint64_t size);
/// For a PATCH or PUT with the blob's bytes. Sent again into the same session, they would follow
/// those that arrived: another try is for UploadTries, whatever the status.
void carry_bytes(http::Request& request, std::uint64_t size);

/// Thread-safe.
class UploadClosing {
 public:
  UploadClosing(RemoteClient& client, const RemotePauses& pauses)
      : client_(client), pauses_(pauses) {}
  Result<bool> has_blob(const Descriptor& descriptor);
  /// All bytes and the digest in one PUT. too_large: 413.
  Result<void> put_whole(const UploadSession& session, const Descriptor& descriptor,
                         PlacedSource& source, UploadTries& tries);
  /// The digest, after the bytes. mismatch: the registry found another.
  Result<void> put_digest(const UploadSession& session, const Descriptor& descriptor,
                          UploadTries& tries);

 private:
  /// Whether the answer says that the blob is there now.
  Result<void> closed(const http::Response& response, const Url& asked,
                      const Descriptor& descriptor, UploadTries& tries);
  /// After an answer was lost: the registry may be hashing still. Asks now and then.
  Result<bool> turns_up(const Descriptor& descriptor);

  RemoteClient& client_;
  const RemotePauses& pauses_;
};

}  // namespace mpk::oci
