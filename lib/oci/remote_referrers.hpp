// Referrers in a registry: the API, the fallback tag, and both together (distribution-spec).
#pragma once

#include "base/log.hpp"
#include "oci/manifest.hpp"
#include "oci/remote_client.hpp"
#include "oci/remote_store.hpp"
#include "oci/store.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace mpk::oci {

class RemoteReferrers {
 public:
  RemoteReferrers(RemoteClient& client, Store& store, const RemoteOptions& options,
                  const Logger& logger)
      : client_(client), store_(store), sleep_(options.sleep), logger_(logger) {}

  Result<std::vector<Descriptor>> list(const Digest& subject, std::string_view artifact_type);
  /// After a push that the registry did not acknowledge with OCI-Subject: see to it that the
  /// referrer is found.
  Result<void> add(const Referrer& referrer);
  /// Before a deletion: take the manifest out of its subject's fallback index. Returns what was
  /// taken out, so that it can be added again.
  Result<std::optional<Referrer>> forget(const Descriptor& descriptor);

 private:
  /// nullopt: the registry has no referrers API.
  Result<std::optional<std::vector<Descriptor>>> from_api(const Digest& subject,
                                                          std::string_view artifact_type);
  Result<Index> fallback_index(const Digest& subject);
  Result<void> put_index(const Digest& subject, const Index& index);
  void pause(std::chrono::steady_clock::duration round) const;

  RemoteClient& client_;
  Store& store_;
  std::function<void(unsigned)> sleep_;
  Logger logger_;
};

/// The next page of a paginated answer (Link: <…>; rel="next"); malformed when it leaves the
/// origin.
Result<std::optional<Url>> next_page(const http::Response& response, const Url& current);

}  // namespace mpk::oci
