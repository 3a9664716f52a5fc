// Trust update: today's trusted root and signing configs of an instance, by TUF.
#pragma once

#include "flow/context.hpp"
#include "flow/trust_instance.hpp"

#include <optional>
#include <string>

namespace mpk::flow {

struct TrustUpdateRequest {
  std::string name = std::string(kPublicInstance);
  std::optional<std::string> url;  // of a mirror; else the last one, else the instance's own
  std::optional<std::string> targets_url;  // else targets/ below the metadata
  std::optional<std::string> root;         // text of the root.json that a new instance begins with
};

struct TrustUpdated {
  TrustInstance instance;
  std::string url;
  bool changed = false;           // another trusted root or signing config than before
  std::optional<Error> not_kept;  // it was proven, but the user's directory can't be written
};

/// The one use case that fetches trust. One process at a time per instance; verification goes on
/// meanwhile, and an update that fails leaves the last one in use. usage: a new instance without
/// root and url, a root for one that has its own. Errors as tuf::Updater's; malformed: what is
/// signed is no trusted root.
Result<TrustUpdated> update_trust(const Context& context, const TrustUpdateRequest& request);

}  // namespace mpk::flow
