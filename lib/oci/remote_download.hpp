// RemoteDownloads: blobs of one repository, whole or by range, through connections that break.
#pragma once

#include "base/result.hpp"
#include "oci/remote_client.hpp"
#include "oci/remote_retry.hpp"
#include "oci/store.hpp"

#include <atomic>
#include <cstdint>

namespace mpk::oci {

/// A transfer that breaks off, falls short or stands still goes on by a new request from where it
/// was (RFC 9110 §14), through the registry again, whose redirect may have expired. Tries without
/// progress are bounded. A host that answers a range with the whole blob is asked for no more
/// ranges. Encoded answers are refused: their bytes are not the blob's. Thread-safe.
class RemoteDownloads {
 public:
  /// Both must outlive it.
  RemoteDownloads(RemoteClient& client, const RemotePauses& pauses)
      : client_(client), pauses_(pauses) {}
  /// As Store::fetch_blob.
  Result<void> fetch_blob(const Descriptor& blob, const Sink& sink);
  /// As Store::fetch_range.
  Result<void> fetch_range(const Descriptor& blob, std::uint64_t offset, std::uint64_t length,
                           const Sink& sink);

 private:
  struct Wanted;
  class Answer;
  class Tries;
  Result<void> fetch(Wanted wanted);
  http::Request request_for(const Wanted& wanted, Answer& answer) const;
  Error refusal(const http::Response& response, const Descriptor& blob) const;

  RemoteClient& client_;
  const RemotePauses& pauses_;
  std::atomic<bool> no_ranges_{false};
};

}  // namespace mpk::oci
