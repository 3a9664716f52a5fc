// Updater: refresh, in the order of TUF 1.0 §5.
#include "tuf/updater.hpp"

#include "tuf/kept.hpp"
#include "tuf/limits.hpp"

namespace mpk::tuf {
namespace {

Error missing(const std::string& name) {
  return {ErrorKind::network, name + ": the repository does not have it",
          "is this the address of a TUF repository's metadata?"};
}

}  // namespace

Result<void> Updater::refresh(std::string_view trusted_root) {
  auto set = TrustedSet::begin(trusted_root, start_);
  if (!set) return std::move(set).error().with("the trusted root.json");
  trusted_.emplace(set.take());
  follow_kept_roots(*trusted_, store_);
  TRY(update_root());
  TRY(update_timestamp().with("timestamp.json"));
  TRY(update_snapshot().with("snapshot.json"));
  return update_targets().with("targets.json");
}

// §5.3.
Result<void> Updater::update_root() {
  for (std::size_t i = 0;; ++i) {
    const auto next = trusted_->root().version + 1;
    const std::string name = std::to_string(next) + ".root.json";
    const auto bytes = TRY(metadata_.fetch(name, limits::kRoot));
    if (!bytes) break;
    if (i == limits::kRootRotations) {
      return Error(ErrorKind::too_large,
                   "more than " + std::to_string(i) + " new roots in one update",
                   "run it again: the roots so far are kept");
    }
    auto drop = trusted_->next_root(*bytes);
    if (!drop) return std::move(drop).error().with(name);
    // Before the root is kept: after a kill in between, the next update drops them again.
    if (*drop) {
      TRY(store_.remove("timestamp.json"));
      TRY(store_.remove("snapshot.json"));
    }
    TRY(store_.write(kept_root_name(next), *bytes));
    TRY(store_.write("root.json", *bytes));
  }
  if (store_.read("root.json", limits::kRoot) != trusted_->root_bytes())
    TRY(store_.write("root.json", trusted_->root_bytes()));
  return trusted_->root_is_current().with("root.json");
}

// §5.4.
Result<void> Updater::update_timestamp() {
  if (const auto cached = store_.read("timestamp.json", limits::kTimestamp)) {
    const auto ignored = trusted_->set_timestamp(*cached, Source::cache);
    static_cast<void>(ignored);  // one that does not hold counts as none
  }
  const auto bytes = TRY(metadata_.fetch("timestamp.json", limits::kTimestamp));
  if (!bytes) return missing("timestamp.json");
  const bool newer = TRY(trusted_->set_timestamp(*bytes, Source::repository));
  if (newer) TRY(store_.write("timestamp.json", *bytes));
  return {};
}

// §5.5.
Result<void> Updater::update_snapshot() {
  if (const auto cached = store_.read("snapshot.json", limits::kSnapshot)) {
    if (trusted_->set_snapshot(*cached, Source::cache)) return {};
  }
  const auto version = trusted_->timestamp()->snapshot.version;
  const auto bytes = TRY(download("snapshot", version, limits::kSnapshot));
  TRY(trusted_->set_snapshot(bytes, Source::repository));
  return store_.write("snapshot.json", bytes);
}

// §5.6.
Result<void> Updater::update_targets() {
  const auto meta = TRY(trusted_->announced("targets"));
  if (const auto cached = store_.read("targets.json", limits::kTargets)) {
    if (trusted_->set_targets(*cached)) return {};
  }
  const auto bytes = TRY(download("targets", meta.version, limits::kTargets));
  TRY(trusted_->set_targets(bytes));
  return store_.write("targets.json", bytes);
}

Result<std::string> Updater::download(const std::string& role, std::uint64_t version,
                                      std::size_t cap) {
  std::string name = role_file_name(role);
  // §3.6.1: with consistent snapshots the version is part of the name.
  if (trusted_->root().consistent_snapshot) name = std::to_string(version) + "." + name;
  auto bytes = TRY(metadata_.fetch(name, cap));
  if (!bytes) return missing(name);
  return *std::move(bytes);
}

Result<Targets> Updater::load_delegated(const DelegatedRole& role, const Delegations& delegator) {
  const auto meta = TRY(trusted_->announced(role.name));
  const std::string name = role_file_name(role.name);
  // Proven again, by the keys of this delegator, though another path may have proven it before.
  if (const auto cached = store_.read(name, limits::kTargets)) {
    if (auto held = trusted_->check_delegated(*cached, role, delegator)) return held;
  }
  const auto bytes = TRY(download(role.name, meta.version, limits::kTargets));
  auto out = trusted_->check_delegated(bytes, role, delegator);
  if (!out) return std::move(out).error().with(name);
  TRY(store_.write(name, bytes));
  return out;
}

}  // namespace mpk::tuf
