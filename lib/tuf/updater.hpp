// Updater: the client workflow with its files and its network: refresh, find a target, fetch it.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "tuf/fetcher.hpp"
#include "tuf/store.hpp"
#include "tuf/trusted_set.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mpk::tuf {

/// One update at one point in time (TUF 1.0 §5.1). Each file is kept as soon as it is proven, under
/// its name without a version, so that a failed update leaves what was proven before it failed. The
/// store must be locked against other writers. Not thread-safe.
class Updater {
 public:
  /// Both must outlive it.
  Updater(Store& store, Fetcher& metadata, Timestamp start)
      : store_(store), metadata_(metadata), start_(start) {}

  /// §5.2 to §5.6: from `trusted_root`, which somebody chose to trust, over the roots that earlier
  /// updates proved, to today's targets. Errors as TrustedSet's, each with the file's name;
  /// network: a file that must be there is not.
  Result<void> refresh(std::string_view trusted_root);

  /// After refresh: §5.6.7, depth first through the delegations, at most limits::kDelegations
  /// roles. not_found: nobody who is trusted with the path lists it.
  Result<TargetFile> find_target(const std::string& path);

  /// After refresh. Errors as above; not_found, mismatch; too_large: over limits::kTarget.
  Result<std::string> fetch_target(Fetcher& targets, const TargetFile& target) const;

  const TrustedSet& trusted() const { return *trusted_; }

 private:
  Result<void> update_root();
  Result<void> update_timestamp();
  Result<void> update_snapshot();
  Result<void> update_targets();
  Result<Targets> load_delegated(const DelegatedRole& role, const Delegations& delegator);
  Result<std::string> download(const std::string& role, std::uint64_t version, std::size_t cap);

  Store& store_;
  Fetcher& metadata_;
  Timestamp start_;
  std::optional<TrustedSet> trusted_;
};

}  // namespace mpk::tuf
