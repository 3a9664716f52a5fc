// UploadSessions: opening, asking about and giving up upload sessions (distribution-spec, "Pushing
// a blob in chunks").
#pragma once

#include "base/digest.hpp"
#include "http/message.hpp"
#include "oci/remote_client.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::oci {

/// An upload as the registry's last answer describes it.
struct UploadSession {
  Url location;              // a secret: never logged
  std::uint64_t offset = 0;  // bytes that are known to be there
  std::uint64_t least = 0;   // OCI-Chunk-Min-Length: of every piece but the last
};

/// The end of a "Range: A-B", B + 1; some say "bytes=A-B". Nothing: it is something else. "0-0",
/// which is 1 here, may mean nothing or one byte.
std::optional<std::uint64_t> parse_upload_range(std::string_view header);

/// Thread-safe.
class UploadSessions {
 public:
  explicit UploadSessions(RemoteClient& client) : client_(client) {}
  /// POST, without a body. A registry may have to know before the first byte what to hash with.
  Result<UploadSession> open(DigestAlgorithm algorithm);
  struct Mounted {
    bool done = false;
    std::optional<UploadSession> session;  // what a registry that does not mount opened instead
  };
  Result<Mounted> mount(const Digest& digest, const std::string& from);
  /// GET: how much of a blob of `size` bytes is there. Nothing: the session is gone, or what it
  /// holds can't be told (a byte or none is not worth knowing). network, timeout: no answer.
  ///
  /// As found: CNCF Distribution 3 keeps what arrived of a piece whose client died, and says so at
  /// any Location of the session. Distribution 2.8 answers 404 BLOB_UPLOAD_INVALID, for its
  /// `_state` holds another offset: between two pieces it can be gone on with, within one it can't.
  Result<std::optional<UploadSession>> standing(const UploadSession& session, std::uint64_t size);
  /// DELETE, as far as it goes: registries drop forgotten sessions by themselves.
  void cancel(const UploadSession& session);
  /// Opaque: absolute, scheme-relative or relative; the query stays as it is written. denied: not
  /// https where the registry is.
  Result<Url> location(const http::Response& response) const;
  /// The same for one that was noted down.
  Result<Url> known_location(const std::string& text) const;

 private:
  Result<UploadSession> opened(const http::Response& response) const;

  RemoteClient& client_;
};

}  // namespace mpk::oci
