// Referrers in a registry: the API, the fallback tag, and both together (distribution-spec).
#pragma once

#include "oci/manifest.hpp"
#include "oci/remote_client.hpp"
#include "oci/remote_retry.hpp"
#include "oci/store.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace mpk::oci {

class RemoteReferrers {
 public:
  RemoteReferrers(RemoteClient& client, Store& store, const RemotePauses& pauses)
      : client_(client), store_(store), pauses_(pauses) {}

  /// The union of what the API and the fallback tag list. An entry without a type is of the type
  /// that its manifest says, or stays when that is missing or damaged. too_large: more than
  /// limits::kReferrers, those of another type not counted.
  Result<std::vector<Descriptor>> list(const Digest& subject, std::string_view artifact_type);
  /// The same, of what `wanted` takes; of others none is counted.
  using Wanted = std::function<bool(const Descriptor&)>;
  Result<std::vector<Descriptor>> list(const Digest& subject, const Wanted& wanted);
  /// What the API lists, without the fallback tag; all where there is no API.
  Result<std::vector<Descriptor>> at_hand(const Digest& subject, const Wanted& wanted);
  /// The registry answered a push with OCI-Subject: it lists referrers by itself.
  void acknowledged() { acknowledged_ = true; }
  /// After a push that the registry did not acknowledge with OCI-Subject: see to it that the
  /// referrer is found.
  Result<void> add(const Referrer& referrer);
  /// Before a deletion: take the manifest out of its subject's fallback index. Returns what was
  /// taken out, so that it can be added again.
  Result<std::optional<Referrer>> forget(const Descriptor& descriptor);
  /// After the deletion: see to it that nobody has brought the entry back.
  Result<void> forget(const Referrer& referrer);

 private:
  using Entries = std::map<Digest, Descriptor>;
  struct Change {
    std::optional<Descriptor> added;
    std::optional<Digest> removed;
  };
  /// Writes the fallback index until the change is in it and everything else that ever was, too.
  /// False: not within so many rounds.
  Result<bool> settle(const Digest& subject, const Change& change, unsigned rounds);
  Result<void> drop_deleted(Entries& seen, const Index& index,
                            const std::optional<Descriptor>& ours);
  Result<bool> is_there(const Descriptor& manifest);
  Result<Entries> collect(const Digest& subject, std::string_view artifact_type,
                          const Wanted& wanted);
  /// What is wanted of the answer. nullopt: the registry has no referrers API.
  Result<std::optional<Entries>> from_api(const Digest& subject, std::string_view artifact_type,
                                          const Wanted& wanted);
  Result<Entries> with_tagged(Entries all, const Digest& subject, const Wanted& wanted);
  Result<void> look_at_untyped(Entries& entries, const Digest& subject,
                               std::string_view artifact_type);
  enum class Use { reading, changing };
  Result<Index> fallback_index(const Digest& subject, Use use);
  Result<void> put_index(const Digest& subject, const Index& index);
  Result<void> pause(std::chrono::steady_clock::duration round) const;

  RemoteClient& client_;
  Store& store_;
  const RemotePauses& pauses_;
  std::atomic<bool> acknowledged_{false};
};

/// The next page of a paginated answer (Link: <…>; rel="next"); malformed when it leaves the
/// origin.
Result<std::optional<Url>> next_page(const http::Response& response, const Url& current);

}  // namespace mpk::oci
