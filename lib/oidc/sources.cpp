// The list of sources.
#include "oidc/sources.hpp"

#include "base/text.hpp"

#include <array>
#include <vector>

namespace mpk::oidc {
namespace {

// Of two that are there, the one that says more about the job comes first (cosign#1993).
const std::array kSources = {&kGithub,    &kGitlab, &kBuildkite,           &kCircleci,
                             &kTokenFile, &kSpiffe, &kGoogleImpersonation, &kGoogle};

}  // namespace

std::span<const Source* const> sources() { return kSources; }

Result<const Source*> source_named(const std::string& name) {
  std::vector<std::string> names;
  for (const auto* source : kSources) {
    if (source->name == name) return source;
    names.emplace_back(source->name);
  }
  const auto near = nearest(name, names);
  return Error(ErrorKind::usage, "--oidc-provider " + printable(name, 60) + ": not known",
               near.empty() ? "expected one of " + join(names, ", ")
                            : "did you mean " + std::string(near) + "?");
}

}  // namespace mpk::oidc
