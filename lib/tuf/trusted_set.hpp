// TrustedSet: the client workflow of TUF 1.0 §5 without files and network: bytes in, trust out.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "tuf/metadata.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::tuf {

/// Where bytes came from: what is in the cache was checked once and may have expired since.
enum class Source { cache, repository };

/// The order is the specification's: roots, root_is_current, timestamp, snapshot, targets. A call
/// that fails changes nothing. Errors: malformed and too_large (form), untrusted (signatures,
/// versions that go back), mismatch (another length, hash or version than announced), expired.
/// Not thread-safe.
class TrustedSet {
 public:
  /// §5.2: the root that is trusted by decision; it must be signed by its own keys. `start` is the
  /// time that counts for the whole update.
  static Result<TrustedSet> begin(std::string_view root, Timestamp start);

  const Root& root() const { return root_; }
  const std::string& root_bytes() const { return root_bytes_; }
  const std::optional<TimestampRole>& timestamp() const { return timestamp_; }
  const std::optional<Snapshot>& snapshot() const { return snapshot_; }
  const std::optional<Targets>& targets() const { return targets_; }

  /// §5.3.4, §5.3.5: the next root, signed by the keys of the last one and by its own. True: a key
  /// of timestamp or snapshot was withdrawn, and what is cached of both must go (§5.3.11).
  Result<bool> next_root(std::string_view bytes);
  /// §5.3.10.
  Result<void> root_is_current() const;

  /// §5.4. False: it is the version that is there already, which stays.
  Result<bool> set_timestamp(std::string_view bytes, Source source);
  /// §5.5. From the cache: what is not what the timestamp announces is an error, but still the
  /// measure for a roll-back.
  Result<void> set_snapshot(std::string_view bytes, Source source);
  /// §5.6.
  Result<void> set_targets(std::string_view bytes);
  /// §5.6.7: `role` as the one that delegates to it here and now trusts it; another delegator may
  /// trust other keys with the same name, so nothing is remembered.
  Result<Targets> check_delegated(std::string_view bytes, const DelegatedRole& role,
                                  const Delegations& delegator) const;
  /// What the snapshot says about a role. untrusted: it does not list it.
  Result<MetaFile> announced(std::string_view role) const;

 private:
  TrustedSet(Root root, std::string bytes, Timestamp start)
      : root_(std::move(root)), root_bytes_(std::move(bytes)), start_(start) {}
  Result<void> is_current(const Common& role) const;
  Result<Targets> check_targets(std::string_view bytes, std::string_view role, const Keys& keys,
                                const RoleKeys& role_keys) const;

  Root root_;
  std::string root_bytes_;
  Timestamp start_;
  std::optional<TimestampRole> timestamp_;
  std::optional<Snapshot> snapshot_, former_snapshot_;
  std::optional<Targets> targets_;
};

}  // namespace mpk::tuf
