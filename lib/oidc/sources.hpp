// Sources: the places that hand out a token without anybody logging in.
#pragma once

#include "oidc/request.hpp"

#include <span>
#include <string>
#include <string_view>

namespace mpk::oidc {

/// found: it is there by itself, as a socket or a machine's product name; when it gives no token,
/// the next one is asked. named: somebody set it up for this job, so its refusal is final: signing
/// as another identity would be the wrong answer.
enum class Presence { absent, found, named };

struct Source {
  std::string_view name;   // of --oidc-provider
  std::string_view label;  // "GitHub Actions"
  Presence (*presence)(const Surroundings&);
  /// The token as it was handed out, not yet read. Says what is missing when the source is absent.
  Result<std::string> (*fetch)(const Surroundings&, const std::string& audience);
};

/// In the order in which they are asked: CI systems, the mounted file, SPIFFE, Google.
std::span<const Source* const> sources();
/// By the name of --oidc-provider. usage, with the nearest name.
Result<const Source*> source_named(const std::string& name);

extern const Source kGithub, kGitlab, kBuildkite, kCircleci;  // ci_sources.cpp
extern const Source kTokenFile;                               // token_file.cpp
extern const Source kSpiffe;                                  // spiffe.cpp
extern const Source kGoogleImpersonation, kGoogle;            // google.cpp

}  // namespace mpk::oidc
