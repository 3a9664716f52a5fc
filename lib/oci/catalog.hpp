// catalog: the repositories that a registry lists.
#pragma once

#include "base/env.hpp"
#include "base/result.hpp"
#include "http/transport.hpp"
#include "oci/remote_store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::oci {

/// GET /v2/_catalog, all of its pages: names of repositories, sorted, each once; those that no
/// reference can have are left out. distribution-spec does not have it, Docker's registry API does.
/// unsupported: the registry lists none, as Docker Hub and GitHub; too_large; unauthorized,
/// network. Of the options `plain_http` and `base` count.
Result<std::vector<std::string>> list_repositories(const std::string& registry,
                                                   http::Transport& transport, const Env& env,
                                                   const RemoteOptions& options = {});

}  // namespace mpk::oci
