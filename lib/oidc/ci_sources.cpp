// CI systems: GitHub Actions, GitLab, Buildkite, CircleCI.
#include "base/text.hpp"
#include "oidc/ask.hpp"
#include "oidc/sources.hpp"

#include <nlohmann/json.hpp>

namespace mpk::oidc {
namespace {

Presence named_if(bool there) { return there ? Presence::named : Presence::absent; }

Result<std::string> github_token(const Surroundings& around, const std::string& audience) {
  const auto secret = around.env.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
  const auto address = around.env.get("ACTIONS_ID_TOKEN_REQUEST_URL");
  if (!secret || !address) {
    return Error(ErrorKind::usage, "GitHub Actions gives this job no identity",
                 "add to the job: permissions: id-token: write (a pull request from a fork never "
                 "gets it)");
  }
  const std::string who = "GitHub's token endpoint";
  const auto url = TRY(Url::parse(*address).with(who)).with_query("audience", audience);
  const auto response = TRY(
      ask(around.transport,
          {.who = who, .url = url.text(), .headers = {{"Authorization", "bearer " + *secret}}}));
  if (response.status != 200) return refusal(who, response);
  return text_member(who, response, "value");
}

// GitLab hands tokens to jobs in variables only.
Result<std::string> gitlab_token(const Surroundings& around, const std::string& audience) {
  if (auto token = around.env.get("SIGSTORE_ID_TOKEN")) return *token;
  return Error(ErrorKind::usage, "GitLab gives this job no identity: SIGSTORE_ID_TOKEN is not set",
               "add to the job: id_tokens: SIGSTORE_ID_TOKEN: aud: " + audience);
}

// https://buildkite.com/docs/agent/v3: the agent's own API, as `buildkite-agent oidc` speaks it.
Result<std::string> buildkite_token(const Surroundings& around, const std::string& audience) {
  const auto secret = around.env.get("BUILDKITE_AGENT_ACCESS_TOKEN");
  const auto job = around.env.get("BUILDKITE_JOB_ID");
  if (!secret || !job) {
    return Error(ErrorKind::usage,
                 "Buildkite gives this job no identity: BUILDKITE_AGENT_ACCESS_TOKEN and "
                 "BUILDKITE_JOB_ID are not both set",
                 "in a container pass both on: the docker plugin does it with "
                 "mount-buildkite-agent: true");
  }
  auto base = around.env.get("BUILDKITE_AGENT_ENDPOINT").value_or("https://agent.buildkite.com/v3");
  while (base.ends_with('/')) base.pop_back();
  const std::string who = "Buildkite's agent API";
  const Json body = {{"audience", audience}};
  const auto response = TRY(
      ask(around.transport,
          {.who = who,
           .method = "POST",
           .url = base + "/jobs/" + percent_encode(*job) + "/oidc/tokens",
           .headers = {{"Authorization", "Token " + *secret}, {"Content-Type", "application/json"}},
           .body = json::compact(body)}));
  if (response.status != 200) return refusal(who, response);
  return text_member(who, response, "token");
}

// CIRCLE_OIDC_TOKEN is for another audience, so the job's own program is asked for one.
Result<std::string> circleci_token(const Surroundings& around, const std::string& audience) {
  if (!around.env.get("CIRCLECI"))
    return Error(ErrorKind::usage, "no CircleCI job: CIRCLECI is not set");
  ProcessOptions options;
  const Json claims = {{"aud", audience}};
  options.argv = {"circleci",     "run", "oidc", "get", "--claims", json::compact(claims),
                  "--root-issuer"};
  auto outcome = around.run(options);
  if (!outcome && outcome.error().kind() == ErrorKind::not_found) {
    return Error(ErrorKind::usage, "CircleCI: there is no program circleci in this job",
                 "it is in every job's PATH but not in containers that the job starts: ask for the "
                 "token outside, and give it in SIGSTORE_ID_TOKEN");
  }
  if (!outcome) return std::move(outcome).error().with("circleci run oidc get");
  if (outcome->exit_code != 0) {
    return Error(ErrorKind::denied,
                 "circleci run oidc get ended with " + std::to_string(outcome->exit_code) + ": " +
                     printable(trim(outcome->errors), 200),
                 "a job gets an identity only when it uses a context");
  }
  return outcome->output;
}

Presence github(const Surroundings& around) {
  return named_if(around.env.get("GITHUB_ACTIONS") ||
                  around.env.get("ACTIONS_ID_TOKEN_REQUEST_URL"));
}

// Only found, never named: without the variable, a runner may still have SPIFFE or Google.
Presence gitlab(const Surroundings& around) {
  return around.env.get("CI_JOB_ID") || around.env.get("GITLAB_CI") ? Presence::found
                                                                    : Presence::absent;
}

Presence buildkite(const Surroundings& around) {
  return named_if(around.env.get("BUILDKITE").has_value());
}

Presence circleci(const Surroundings& around) {
  return named_if(around.env.get("CIRCLECI").has_value());
}

}  // namespace

const Source kGithub = {
    .name = "github-actions", .label = "GitHub Actions", .presence = github, .fetch = github_token};
const Source kGitlab = {
    .name = "gitlab", .label = "GitLab", .presence = gitlab, .fetch = gitlab_token};
const Source kBuildkite = {.name = "buildkite-agent",
                           .label = "Buildkite",
                           .presence = buildkite,
                           .fetch = buildkite_token};
const Source kCircleci = {
    .name = "circleci", .label = "CircleCI", .presence = circleci, .fetch = circleci_token};

}  // namespace mpk::oidc
