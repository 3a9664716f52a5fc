// What updates kept, proven again from the root that one chose to trust: no network, no clock.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "tuf/store.hpp"
#include "tuf/trusted_set.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::tuf {

/// The targets role of the last update that came to its end.
inline constexpr const char* kTargetsInUse = "in_use/targets.json";
/// "root_history/2.root.json": the roots on the way from the chosen one.
std::string kept_root_name(std::uint64_t version);
/// Over the kept roots as far as each is signed by the one before it.
void follow_kept_roots(TrustedSet& set, const Store& store);

/// A target with its bytes.
struct FetchedTarget {
  TargetFile file;
  std::string bytes;
};
/// The last step of an update that refreshed `store`: from now on these are the targets that are
/// kept. Until its end those of the last update are, which is why they have names by their
/// contents, and a copy of the targets role of their own. io.
Result<void> keep_targets(Store& store, const std::vector<FetchedTarget>& targets);

struct KeptRole {
  std::string name;  // "root", …
  std::uint64_t version = 0;
  Timestamp expires;
};

/// Whoever can put files into the store can put nothing into this: everything in it is signed, by
/// a chain of roots from the chosen one. Only its age is not proven.
struct Kept {
  std::vector<KeptRole> roles;  // root, and what is there of timestamp, snapshot and targets
  Targets targets;
};

/// nullopt: nothing is kept. untrusted, malformed: what is there does not follow from
/// `trusted_root`.
Result<std::optional<Kept>> read_kept(const Store& store, std::string_view trusted_root);

/// A target that the top-level targets role lists. nullopt: not listed, or not kept. mismatch: what
/// is kept is something else.
Result<std::optional<std::string>> read_kept_target(const Store& store, const Kept& kept,
                                                    const std::string& path);

}  // namespace mpk::tuf
