// What Fulcio's CI provider puts into a certificate (fulcio docs/oid-info.md, config ci-provider).
#pragma once

#include "crypto/issue.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpk::sandbox {

struct CiIdentity {
  std::string subject;                                          // URI
  std::vector<std::pair<std::string, std::string>> extensions;  // OID, text; .9 and above
  std::vector<std::pair<std::string, std::string>> raw;         // the older ones, .2 to .6
};

/// Of the claims that GitHub's tokens have (job_workflow_ref, repository, …) or GitLab's
/// (ci_config_ref_uri, project_path, …), as if they came from github.com or gitlab.com; nullopt:
/// neither's. A claim that is missing is left out.
std::optional<CiIdentity> ci_identity(const std::map<std::string, std::string>& claims);

}  // namespace mpk::sandbox
