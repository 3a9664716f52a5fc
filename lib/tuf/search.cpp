// Updater: which role speaks for a target path, and the target's bytes.
#include "base/text.hpp"
#include "base/url.hpp"
#include "tuf/limits.hpp"
#include "tuf/updater.hpp"

#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace mpk::tuf {
namespace {

// "a b/c" → "a%20b/c".
std::string encode_path(std::string_view path) {
  std::string out;
  const char* separator = "";
  for (const auto component : split(path, '/')) {
    out += separator + percent_encode(component);
    separator = "/";
  }
  return out;
}

// "dir/HASH.name" (TUF 1.0 §3.6.1).
std::string consistent_name(const TargetFile& target) {
  const auto slash = target.path.rfind('/');
  const std::size_t base = slash == std::string::npos ? 0 : slash + 1;
  return target.path.substr(0, base) + target.hashes.front().hex() + "." + target.path.substr(base);
}

// A role to visit, with who delegates to it: the same name may be trusted by other keys elsewhere.
struct Visit {
  std::shared_ptr<const Delegations> delegator;
  DelegatedRole role;
};

}  // namespace

Result<TargetFile> Updater::find_target(const std::string& path) {
  std::vector<Visit> to_visit;  // the last is next
  const auto look_into = [&](const Targets& targets) {
    if (!targets.delegations) return;
    const auto delegator = std::make_shared<const Delegations>(*targets.delegations);
    std::vector<Visit> children;
    for (auto& role : delegator->roles_for(path)) {
      const bool last = role.terminating;
      children.push_back({.delegator = delegator, .role = std::move(role)});
      // Whoever comes after a terminating role is not asked, here nor further up.
      if (!last) continue;
      to_visit.clear();
      break;
    }
    to_visit.insert(to_visit.end(), std::make_move_iterator(children.rbegin()),
                    std::make_move_iterator(children.rend()));
  };

  const Targets& top = *trusted_->targets();
  if (const auto found = top.targets.find(path); found != top.targets.end()) return found->second;
  look_into(top);
  std::set<std::string> visited;
  while (!to_visit.empty()) {
    const Visit visit = std::move(to_visit.back());
    to_visit.pop_back();
    if (!visited.insert(visit.role.name).second) continue;
    if (visited.size() > limits::kDelegations) {
      return Error(ErrorKind::too_large, "target " + printable(path, 120) + ": more than " +
                                             std::to_string(limits::kDelegations) +
                                             " delegated roles on the way");
    }
    const auto targets = TRY(load_delegated(visit.role, *visit.delegator));
    if (const auto found = targets.targets.find(path); found != targets.targets.end())
      return found->second;
    look_into(targets);
  }
  return Error(ErrorKind::not_found,
               "target " + printable(path, 120) + ": no role that is trusted with it lists it");
}

Result<std::string> Updater::fetch_target(Fetcher& targets, const TargetFile& target) const {
  const std::string shown = "target " + printable(target.path, 120);
  if (target.hashes.empty()) {
    return Error(ErrorKind::unsupported, shown + ": listed with hashes of unknown kinds only",
                 "mpk checks SHA-256, SHA-384 and SHA-512");
  }
  if (target.length > limits::kTarget) {
    return Error(ErrorKind::too_large, shown + ": " + human_size(target.length) +
                                           " are more than " + human_size(limits::kTarget));
  }
  const auto name = trusted_->root().consistent_snapshot ? consistent_name(target) : target.path;
  auto bytes = TRY(targets.fetch(encode_path(name), target.length));
  if (!bytes) {
    return Error(ErrorKind::not_found, shown + ": the repository does not have it");
  }
  TRY(check_bytes(*bytes, target.length, target.hashes).with(shown));
  return *std::move(bytes);
}

}  // namespace mpk::tuf
