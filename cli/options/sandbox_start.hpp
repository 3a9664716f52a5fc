// Starting the sandbox for `sandbox run` and `sandbox up`.
#pragma once

#include "base/file.hpp"
#include "sandbox/sandbox.hpp"
#include "session.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpk::cli {

struct RunningSandbox {
  std::optional<TempDir> own_directory;  // removed at the end
  std::unique_ptr<sandbox::Sandbox> services;
};

/// `directory` empty: a temporary one. `rekor_v1`: with a log of that version, too.
Result<RunningSandbox> start_sandbox(Session& session, const std::optional<std::string>& directory,
                                     std::uint16_t registry_port, bool rekor_v1 = false);

/// MPK_SANDBOX_DIR, MPK_SANDBOX_REGISTRY, SIGSTORE_ID_TOKEN, MPK_SANDBOX_ISSUER,
/// MPK_SANDBOX_IDENTITY.
Result<std::vector<std::pair<std::string, std::string>>> sandbox_variables(
    const sandbox::Sandbox& services);

}  // namespace mpk::cli
