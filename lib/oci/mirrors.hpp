// Mirrors of registries, as containerd is told of them: DIR/HOST/hosts.toml.
#pragma once

#include "base/env.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/url.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::oci {

struct Mirror {
  Url base;               // scheme, host, port
  std::string prefix;     // before the repository: "proxy-cache/", or empty
  bool resolves = false;  // also asked what a tag names, before the registry itself
};

/// ~/.config/containers/certs.d, /etc/containers/certs.d, /etc/containerd/certs.d.
std::vector<std::filesystem::path> mirror_roots(const Env& env);

/// The mirrors of a hosts.toml (`name`: of the file, for messages) in its order. Read are
/// [host."URL"], capabilities (pull, resolve; without them: both; push is not used) and
/// override_path with a path below /v2/. An entry that wants anything else is left out with a
/// warning: the next mirror, or the registry, is asked. malformed: no TOML, "host" is no table.
Result<std::vector<Mirror>> parse_hosts(std::string_view text, std::string_view name,
                                        const Logger& logger);

/// The mirrors of a registry ("ghcr.io", "reg.example:5000"): the first of `roots` with a
/// HOST/hosts.toml counts alone. Errors as parse_hosts(); too_large: the file. One that this user
/// may not read is none.
Result<std::vector<Mirror>> mirrors_of(std::string_view registry,
                                       const std::vector<std::filesystem::path>& roots,
                                       const Logger& logger);

}  // namespace mpk::oci
