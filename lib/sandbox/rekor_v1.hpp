// RekorV1: the log that the public instance's default signing config still names, in memory.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/key.hpp"
#include "crypto/merkle.hpp"
#include "http/server.hpp"
#include "json/value.hpp"
#include "sandbox/services.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace mpk::sandbox {

/// POST /api/v1/log/entries (hashedrekord 0.0.1, dsse 0.0.1; a duplicate is a 409 with Location),
/// GET /api/v1/log/entries/UUID and ?logIndex=N, /api/v1/log, /api/v1/log/publicKey, /ping.
/// Thread-safe.
class RekorV1 {
 public:
  RekorV1(crypto::PrivateKey p256_key, std::string host, const Clock& clock, Faults& faults)
      : key_(std::move(p256_key)), host_(std::move(host)), clock_(clock), faults_(faults) {}
  const crypto::PrivateKey& key() const { return key_; }
  http::ServerResponse handle(const http::ServerRequest& request);

 private:
  struct Entry {
    std::string uuid, body;
    std::int64_t integrated_time;
  };
  http::ServerResponse add_entry(const http::ServerRequest& request);
  http::ServerResponse find_entry(const http::ServerRequest& request) const;
  /// As of the present tree size.
  Result<Json> describe(std::uint64_t index) const;
  Result<std::string> checkpoint() const;

  crypto::PrivateKey key_;
  std::string host_;
  const Clock& clock_;
  Faults& faults_;
  mutable std::mutex mutex_;  // of what follows
  crypto::MerkleTree tree_;
  std::vector<Entry> entries_;
  std::map<std::string, std::uint64_t, std::less<>> indexes_;  // by uuid
};

}  // namespace mpk::sandbox
