// The sandbox's registry: distribution-spec 1.1 with the referrers API, blobs on disk or in memory.
#pragma once

#include "base/digest.hpp"
#include "http/server.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace mpk::sandbox {

/// What kind of registry to be; tests flip them while it runs.
struct RegistrySwitches {
  std::atomic<bool> referrers_api{true};     // off: 404, the client must use the fallback tag
  std::atomic<bool> streamed_uploads{true};  // off: PATCH is refused with 416 / 405
  std::atomic<bool> basic_auth{false};       // demand user:password "mpk:sandbox"
  std::atomic<bool> bearer_auth{false};      // demand tokens of its own /token realm
  std::atomic<unsigned> fail_next{0};        // answer 503 this many times
  std::atomic<bool> truncate_blobs{false};   // send half and break off
  std::atomic<bool> flip_blobs{false};       // send a wrong last byte
  std::atomic<std::uint64_t> requests{0};    // counts
};

/// Uploads (POST, PATCH with and without Content-Range, PUT monolithic and closing,
/// cross-repository mount, cancel, status), blobs with Range, manifests by tag and digest, tag list
/// with pagination, deletion, referrers with filter and OCI-Subject. Digests are checked on every
/// upload. Thread-safe.
class Registry {
 public:
  /// Blobs are files below `directory` (made when missing).
  explicit Registry(std::filesystem::path directory);
  ~Registry();
  http::ServerResponse handle(const http::ServerRequest& request);
  RegistrySwitches& switches();
  /// Replaces the stored bytes of a blob or manifest without asking: the tampering demo.
  bool tamper(const Digest& digest, const std::function<void(std::string&)>& change);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mpk::sandbox
