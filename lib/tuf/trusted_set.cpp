// TrustedSet: each step of TUF 1.0 §5, in its order.
#include "tuf/trusted_set.hpp"

#include "base/text.hpp"
#include "tuf/limits.hpp"

#include <algorithm>

namespace mpk::tuf {
namespace {

Error rolled_back(const std::string& what, std::uint64_t trusted, std::uint64_t found) {
  return {
      ErrorKind::untrusted,
      what + " goes back from version " + std::to_string(trusted) + " to " + std::to_string(found),
      "the repository or somebody on the way serves old files"};
}

Error other_version(std::uint64_t expected, std::uint64_t found) {
  return {ErrorKind::mismatch,
          "expected version " + std::to_string(expected) + ", found " + std::to_string(found)};
}

bool withdrawn(const RoleKeys& before, const RoleKeys& after) {
  return std::any_of(before.keyids.begin(), before.keyids.end(), [&](const std::string& keyid) {
    return std::find(after.keyids.begin(), after.keyids.end(), keyid) == after.keyids.end();
  });
}

// §5.5.5: whatever the former one listed is still there, and no older.
Result<void> check_not_older(const Snapshot& former, const Snapshot& next) {
  for (const auto& [name, before] : former.meta) {
    const auto now = next.meta.find(name);
    if (now == next.meta.end()) {
      return Error(ErrorKind::untrusted, "the snapshot no longer lists " + printable(name, 80));
    }
    if (now->second.version < before.version)
      return rolled_back(printable(name, 80), before.version, now->second.version);
  }
  return {};
}

}  // namespace

Result<TrustedSet> TrustedSet::begin(std::string_view bytes, Timestamp start) {
  const auto envelope = TRY(parse_envelope(bytes, limits::kRoot));
  auto root = TRY(parse_root(envelope));
  TRY(check_signatures(envelope, root.keys, root.root));
  return TrustedSet(std::move(root), std::string(bytes), start);
}

Result<bool> TrustedSet::next_root(std::string_view bytes) {
  const auto envelope = TRY(parse_envelope(bytes, limits::kRoot));
  auto root = TRY(parse_root(envelope));
  TRY(check_signatures(envelope, root_.keys, root_.root).with("by the keys of the last root"));
  if (root.version != root_.version + 1) return other_version(root_.version + 1, root.version);
  TRY(check_signatures(envelope, root.keys, root.root));
  const bool drop =
      withdrawn(root_.timestamp, root.timestamp) || withdrawn(root_.snapshot, root.snapshot);
  root_ = std::move(root);
  root_bytes_ = bytes;
  return drop;
}

Result<void> TrustedSet::is_current(const Common& role) const {
  if (start_ < role.expires) return {};
  return Error(ErrorKind::expired, "version " + std::to_string(role.version) + " expired at " +
                                       role.expires.text() + ", it is " + start_.text());
}

Result<void> TrustedSet::root_is_current() const { return is_current(root_); }

Result<bool> TrustedSet::set_timestamp(std::string_view bytes, Source source) {
  const auto envelope = TRY(parse_envelope(bytes, limits::kTimestamp));
  auto next = TRY(parse_timestamp(envelope));
  TRY(check_signatures(envelope, root_.keys, root_.timestamp));
  if (timestamp_) {
    if (next.version < timestamp_->version)
      return rolled_back("it", timestamp_->version, next.version);
    if (next.version == timestamp_->version) {
      TRY(is_current(*timestamp_));
      return false;
    }
    if (next.snapshot.version < timestamp_->snapshot.version)
      return rolled_back("the snapshot", timestamp_->snapshot.version, next.snapshot.version);
  }
  // An old one is still the measure for what comes from the repository.
  if (source == Source::repository) TRY(is_current(next));
  timestamp_ = std::move(next);
  return true;
}

Result<void> TrustedSet::set_snapshot(std::string_view bytes, Source source) {
  if (!timestamp_) return Error(ErrorKind::internal, "snapshot before timestamp");
  const auto check = [&] {
    return check_bytes(bytes, timestamp_->snapshot.length, timestamp_->snapshot.hashes);
  };
  if (source == Source::repository) TRY(check());
  const auto envelope = TRY(parse_envelope(bytes, limits::kSnapshot));
  auto next = TRY(parse_snapshot(envelope));
  TRY(check_signatures(envelope, root_.keys, root_.snapshot));
  if (source == Source::cache) {
    former_snapshot_ = next;
    TRY(check());
  }
  if (next.version != timestamp_->snapshot.version)
    return other_version(timestamp_->snapshot.version, next.version);
  if (former_snapshot_) TRY(check_not_older(*former_snapshot_, next));
  TRY(is_current(next));
  snapshot_ = std::move(next);
  return {};
}

Result<MetaFile> TrustedSet::announced(std::string_view role) const {
  if (!snapshot_) return Error(ErrorKind::internal, "targets before snapshot");
  const auto found = snapshot_->meta.find(std::string(role) + ".json");
  if (found == snapshot_->meta.end()) {
    return Error(ErrorKind::untrusted,
                 "role " + printable(role, 80) + " is not listed by the snapshot");
  }
  return found->second;
}

Result<Targets> TrustedSet::check_targets(std::string_view bytes, std::string_view role,
                                          const Keys& keys, const RoleKeys& role_keys) const {
  const auto meta = TRY(announced(role));
  TRY(check_bytes(bytes, meta.length, meta.hashes));
  const auto envelope = TRY(parse_envelope(bytes, limits::kTargets));
  auto out = TRY(parse_targets(envelope));
  TRY(check_signatures(envelope, keys, role_keys));
  if (out.version != meta.version) return other_version(meta.version, out.version);
  TRY(is_current(out));
  return out;
}

Result<void> TrustedSet::set_targets(std::string_view bytes) {
  targets_ = TRY(check_targets(bytes, "targets", root_.keys, root_.targets));
  return {};
}

Result<Targets> TrustedSet::check_delegated(std::string_view bytes, const DelegatedRole& role,
                                            const Delegations& delegator) const {
  return check_targets(bytes, role.name, delegator.keys, role.keys);
}

}  // namespace mpk::tuf
