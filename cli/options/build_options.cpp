// What is expected of a build.
#include "options/build_options.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"

#include <utility>

namespace mpk::cli {
namespace {

constexpr std::size_t kShown = 120;

// A ref's own name: refs/heads/main is the branch main.
Result<void> check_name(const char* flag, const std::optional<std::string>& name) {
  if (!name || !name->starts_with("refs/")) return {};
  return Error(ErrorKind::usage,
               std::string(flag) + " " + printable(*name, kShown) + ": a name is expected",
               "without refs/heads/ or refs/tags/");
}

// An abbreviated commit proves nothing: others may begin alike.
Result<void> check_commit(const std::optional<std::string>& commit) {
  const bool sized = commit && (commit->size() == 40 || commit->size() == 64);
  if (!commit || (sized && is_lower_hex(*commit))) return {};
  return Error(ErrorKind::usage,
               "--source-commit " + printable(*commit, kShown) +
                   ": expected 40 or 64 lower-case hexadecimal digits",
               "git rev-parse HEAD prints them");
}

Result<std::string> issuer_for(const std::string& host, const std::optional<std::string>& named) {
  if (named) return *named;
  if (auto known = policy::known_ci_issuer(host)) return *std::move(known);
  return Error(ErrorKind::usage, "who vouches for builds on " + printable(host, kShown) + "?",
               "add --certificate-oidc-issuer URL: https://HOST/_services/token for a GitHub "
               "Enterprise Server, https://HOST for a GitLab");
}

Result<std::map<std::string, std::string>> parse_inputs(const std::vector<std::string>& inputs) {
  std::map<std::string, std::string> out;
  for (const auto& input : inputs) {
    const auto border = input.find('=');
    if (border == std::string::npos || border == 0) {
      return Error(ErrorKind::usage,
                   "--build-workflow-input " + printable(input, kShown) + ": expected NAME=VALUE");
    }
    auto name = input.substr(0, border);
    if (!out.emplace(name, input.substr(border + 1)).second) {
      return Error(ErrorKind::usage,
                   "--build-workflow-input " + printable(name, kShown) + " was given twice");
    }
  }
  return out;
}

}  // namespace

void BuildOptions::add_to(OptionSet& set) {
  set.option("--source-uri", "HOST/OWNER/REPO", source,
             "Repository that it must have been built from");
  set.option("--source-branch", "NAME", branch, "Branch that it must have been built from");
  set.option("--source-tag", "NAME", tag, "Tag that it must have been built from");
  set.option("--source-versioned-tag", "VERSION", versioned_tag,
             "The same by version: v1 is every v1.x.y");
  set.option("--source-commit", "HEX", commit, "Commit that it must have been built from");
  set.option("--builder-id", "ID[@REF]", builder,
             "Who must have built it (default: any known builder, or the source's own workflows)");
  set.option("--signer-workflow", "HOST/OWNER/REPO/PATH[@REF]", signer,
             "Workflow that must have signed, such as a shared one");
  set.option("--build-workflow-input", "NAME=VALUE", inputs,
             "Input that whoever started the build must have given");
  set.flag("--deny-self-hosted-runners", deny_self_hosted,
           "Refuse what was built on a machine of the project's own");
  set.flag("--allow-pull-requests", allow_pull_requests,
           "Accept what was built for a pull or merge request");
  set.option("--certificate-oidc-issuer", "URL", issuer,
             "Who vouches for builds (default: as the host of the source says)");
}

Result<policy::CiExpectation> BuildOptions::resolve() const {
  if (!source) {
    return Error(ErrorKind::usage, "--source-uri is missing: where must it have been built from?",
                 "for example --source-uri github.com/acme/model");
  }
  if ((branch ? 1 : 0) + (tag ? 1 : 0) + (versioned_tag ? 1 : 0) > 1) {
    return Error(ErrorKind::usage,
                 "--source-branch, --source-tag and --source-versioned-tag exclude each other",
                 "a build is of one ref");
  }
  policy::CiExpectation out{.source = TRY(policy::parse_source_repository(*source)), .issuer = {}};
  out.issuer = TRY(issuer_for(out.source.host, issuer));
  TRY(check_name("--source-branch", branch));
  TRY(check_name("--source-tag", tag));
  if (versioned_tag) TRY(policy::check_version(*versioned_tag));
  TRY(check_commit(commit));
  out.branch = branch;
  out.tag = tag;
  out.versioned_tag = versioned_tag;
  out.commit = commit;
  if (builder) out.builder = TRY(policy::parse_builder_id(*builder));
  if (signer) out.signer = TRY(policy::parse_signer_workflow(*signer));
  out.inputs = TRY(parse_inputs(inputs));
  out.deny_self_hosted = deny_self_hosted;
  out.allow_pull_requests = allow_pull_requests;
  return out;
}

}  // namespace mpk::cli
