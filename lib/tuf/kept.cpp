// Kept metadata and targets: proven without network.
#include "tuf/kept.hpp"

#include "base/url.hpp"
#include "tuf/limits.hpp"

#include <set>

namespace mpk::tuf {
namespace {

template <class Role>
Result<Role> proven(const std::string& bytes, std::size_t cap, const Root& root,
                    const RoleKeys& keys, Result<Role> (*parse)(const Envelope&)) {
  const auto envelope = TRY(parse_envelope(bytes, cap));
  auto out = TRY(parse(envelope));
  TRY(check_signatures(envelope, root.keys, keys));
  return out;
}

// Only of those with a hash that mpk knows.
std::string kept_target_name(const TargetFile& target) {
  return "targets/" + target.hashes.front().hex() + "." + percent_encode(target.path);
}

// For people only: one that does not hold is as good as none.
template <class Role>
void add_role(Kept& out, const Store& store, const std::string& name, std::size_t cap,
              const Root& root, const RoleKeys& keys, Result<Role> (*parse)(const Envelope&)) {
  const auto bytes = store.read(name + ".json", cap);
  if (!bytes) return;
  const auto role = proven(*bytes, cap, root, keys, parse);
  if (role) out.roles.push_back({name, role->version, role->expires});
}

}  // namespace

std::string kept_root_name(std::uint64_t version) {
  return "root_history/" + std::to_string(version) + ".root.json";
}

void follow_kept_roots(TrustedSet& set, const Store& store) {
  for (std::size_t i = 0; i < limits::kRootRotations; ++i) {
    const auto kept = store.read(kept_root_name(set.root().version + 1), limits::kRoot);
    if (!kept || !set.next_root(*kept)) break;
  }
}

Result<void> keep_targets(Store& store, const std::vector<FetchedTarget>& targets) {
  std::set<std::string> names;
  for (const auto& target : targets) {
    const auto name = kept_target_name(target.file);
    names.insert(name);
    TRY(store.write(name, target.bytes));
  }
  const auto role = store.read("targets.json", limits::kTargets);
  if (!role) return Error(ErrorKind::internal, "targets kept without their role");
  const auto former = store.read(kTargetsInUse, limits::kTargets);
  TRY(store.write(kTargetsInUse, *role));
  if (!former) return {};
  const auto envelope = parse_envelope(*former, limits::kTargets);
  if (!envelope) return {};
  const auto listed = parse_targets(*envelope);
  if (!listed) return {};
  for (const auto& [path, file] : listed->targets) {
    if (file.hashes.empty() || names.contains(kept_target_name(file))) continue;
    TRY(store.remove(kept_target_name(file)));
  }
  return {};
}

Result<std::optional<Kept>> read_kept(const Store& store, std::string_view trusted_root) {
  const auto bytes = store.read(kTargetsInUse, limits::kTargets);
  if (!bytes) return std::optional<Kept>();
  auto set = TRY(TrustedSet::begin(trusted_root, Timestamp()).with("the trusted root.json"));
  follow_kept_roots(set, store);
  const Root& root = set.root();
  Kept out;
  auto targets = proven(*bytes, limits::kTargets, root, root.targets, parse_targets);
  if (!targets) return std::move(targets).error().with("targets.json");
  out.targets = targets.take();
  out.roles.push_back({"root", root.version, root.expires});
  add_role(out, store, "timestamp", limits::kTimestamp, root, root.timestamp, parse_timestamp);
  add_role(out, store, "snapshot", limits::kSnapshot, root, root.snapshot, parse_snapshot);
  out.roles.push_back({"targets", out.targets.version, out.targets.expires});
  return std::optional(std::move(out));
}

Result<std::optional<std::string>> read_kept_target(const Store& store, const Kept& kept,
                                                    const std::string& path) {
  const auto listed = kept.targets.targets.find(path);
  if (listed == kept.targets.targets.end() || listed->second.hashes.empty())
    return std::optional<std::string>();
  auto bytes = store.read(kept_target_name(listed->second), limits::kTarget);
  if (!bytes) return std::optional<std::string>();
  TRY(check_bytes(*bytes, listed->second.length, listed->second.hashes).with(path));
  return bytes;
}

}  // namespace mpk::tuf
