// Credential helpers: docker-credential-NAME get|store|erase (docker/docker-credential-helpers).
#pragma once

#include "base/result.hpp"
#include "oci/credentials.hpp"

#include <optional>
#include <string>

namespace mpk::oci {

/// nullopt: the helper has none. io: there is no such program, or it failed; malformed: its answer.
Result<std::optional<Credential>> helper_get(const std::string& name, const std::string& server);
Result<void> helper_store(const std::string& name, const std::string& server,
                          const Credential& credential);
Result<void> helper_erase(const std::string& name, const std::string& server);

}  // namespace mpk::oci
