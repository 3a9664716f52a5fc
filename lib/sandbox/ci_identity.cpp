// CI claims: from a token to a certificate, by a table for each CI.
#include "sandbox/ci_identity.hpp"

#include <span>
#include <string_view>

namespace mpk::sandbox {
namespace {

struct Row {
  std::string_view number;   // of 1.3.6.1.4.1.57264.1
  std::string_view pattern;  // "{claim}" is its value
};

constexpr Row kGithub[] = {
    {"9", "https://github.com/{job_workflow_ref}"},
    {"10", "{job_workflow_sha}"},
    {"11", "{runner_environment}"},
    {"12", "https://github.com/{repository}"},
    {"13", "{sha}"},
    {"14", "{ref}"},
    {"15", "{repository_id}"},
    {"16", "https://github.com/{repository_owner}"},
    {"17", "{repository_owner_id}"},
    {"18", "https://github.com/{workflow_ref}"},
    {"19", "{workflow_sha}"},
    {"20", "{event_name}"},
    {"21", "https://github.com/{repository}/actions/runs/{run_id}/attempts/{run_attempt}"},
    {"22", "{repository_visibility}"},
};
constexpr Row kGithubRaw[] = {
    {"2", "{event_name}"}, {"3", "{sha}"}, {"4", "{workflow}"},
    {"5", "{repository}"}, {"6", "{ref}"},
};
constexpr Row kGitlab[] = {
    {"9", "https://{ci_config_ref_uri}"},
    {"10", "{ci_config_sha}"},
    {"11", "{runner_environment}"},
    {"12", "https://gitlab.com/{project_path}"},
    {"13", "{sha}"},
    {"14", "{ref_path}"},
    {"15", "{project_id}"},
    {"16", "https://gitlab.com/{namespace_path}"},
    {"17", "{namespace_id}"},
    {"18", "https://{ci_config_ref_uri}"},
    {"19", "{ci_config_sha}"},
    {"20", "{pipeline_source}"},
    {"21", "https://gitlab.com/{project_path}/-/jobs/{job_id}"},
    {"22", "{project_visibility}"},
};

using Claims = std::map<std::string, std::string>;

// nullopt: a claim of the pattern is missing.
std::optional<std::string> filled(std::string_view pattern, const Claims& claims) {
  std::string out;
  while (!pattern.empty()) {
    const auto open = pattern.find('{');
    out += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = pattern.find('}', open);
    const auto claim = claims.find(std::string(pattern.substr(open + 1, close - open - 1)));
    if (claim == claims.end()) return std::nullopt;
    out += claim->second;
    pattern.remove_prefix(close + 1);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> fill(std::span<const Row> rows,
                                                      const Claims& claims) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& row : rows) {
    if (auto value = filled(row.pattern, claims))
      out.emplace_back("1.3.6.1.4.1.57264.1." + std::string(row.number), *std::move(value));
  }
  return out;
}

}  // namespace

std::optional<CiIdentity> ci_identity(const std::map<std::string, std::string>& claims) {
  if (claims.contains("job_workflow_ref")) {
    return CiIdentity{"https://github.com/" + claims.at("job_workflow_ref"), fill(kGithub, claims),
                      fill(kGithubRaw, claims)};
  }
  if (claims.contains("ci_config_ref_uri"))
    return CiIdentity{"https://" + claims.at("ci_config_ref_uri"), fill(kGitlab, claims), {}};
  return std::nullopt;
}

}  // namespace mpk::sandbox
