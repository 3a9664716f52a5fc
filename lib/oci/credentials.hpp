// Credentials of registries: docker's and podman's files and helper programs.
#pragma once

#include "base/env.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::oci {

struct Credential {
  std::string username;
  std::string password;
  std::string identity_token;  // an OAuth2 refresh token instead of name and password
};

/// Looks a registry up, in this order: $REGISTRY_AUTH_FILE, $DOCKER_CONFIG/config.json (or
/// ~/.docker/config.json), $XDG_RUNTIME_DIR/containers/auth.json, ~/.config/containers/auth.json;
/// in each: credHelpers, credsStore, auths (exact host, "https://host", "host/v1/", longest path
/// prefix in auth.json). docker.io is "https://index.docker.io/v1/". Nothing found: nullopt (an
/// anonymous request). malformed: a file that is broken (named); io: a helper that fails.
Result<std::optional<Credential>> find_credential(std::string_view registry,
                                                  std::string_view repository, const Env& env);

struct SavedCredential {
  std::string where;  // the file or helper program
  bool plain_text;    // base64 in a file: the command says so
};
/// Into the configured helper, or into the docker config file (0600, atomic, other members kept).
Result<SavedCredential> save_credential(std::string_view registry, const Credential& credential,
                                        const Env& env);
/// not_found when there is none.
Result<std::string> erase_credential(std::string_view registry, const Env& env);

}  // namespace mpk::oci
