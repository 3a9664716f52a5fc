// Fuzz entry: what is read as metadata is complete, and its canonical form reads as the same value.
#include "base/bytes.hpp"
#include "json/parse.hpp"
#include "tuf/limits.hpp"
#include "tuf/metadata.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void check(const mpk::tuf::RoleKeys& role) {
  if (role.threshold == 0) std::abort();
}

void check(const mpk::tuf::Targets& targets) {
  if (!targets.delegations) return;
  for (const auto& role : targets.delegations->roles) {
    check(role.keys);
    if (role.name.empty() || role.name == "root") std::abort();
    static_cast<void>(role.covers("a/b.c"));
  }
  if (!targets.delegations->succinct) return;
  check(targets.delegations->succinct->keys);
  const auto bins = targets.delegations->roles_for("a/b.c");
  if (bins.size() != 1 || bins.front().name.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const auto envelope = tuf::parse_envelope(as_text({data, size}), tuf::limits::kTargets);
  if (!envelope) return 0;
  // Control characters stay unescaped in this form, so not each of them is JSON.
  const bool plain = std::none_of(envelope->message.begin(), envelope->message.end(),
                                  [](char c) { return c >= 0 && c < 0x20; });
  if (plain) {
    const auto again = json::parse(envelope->message);
    if (!again || *again != envelope->signed_part) std::abort();
  }
  if (const auto root = tuf::parse_root(*envelope)) {
    if (root->version == 0) std::abort();
    check(root->root);
    static_cast<void>(tuf::check_signatures(*envelope, root->keys, root->root));
  }
  if (const auto timestamp = tuf::parse_timestamp(*envelope)) {
    if (timestamp->snapshot.version == 0) std::abort();
  }
  static_cast<void>(tuf::parse_snapshot(*envelope));
  if (const auto targets = tuf::parse_targets(*envelope)) check(*targets);
  return 0;
}
