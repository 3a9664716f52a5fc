// The file that Tekton and others mount into a pod, where cosign looks for it.
#include "base/file.hpp"
#include "base/limits.hpp"
#include "oidc/sources.hpp"

namespace mpk::oidc {
namespace {

constexpr const char* kPath = "var/run/sigstore/cosign/oidc-token";

Presence presence(const Surroundings& around) {
  std::error_code ignored;
  return std::filesystem::exists(around.root / kPath, ignored) ? Presence::named : Presence::absent;
}

Result<std::string> token(const Surroundings& around, const std::string& audience) {
  auto text = read_file(around.root / kPath, limits::kToken);
  if (text) return text;
  return std::move(text)
      .error()
      .with_kind(ErrorKind::usage)
      .with_hint("mount a projected service account token there with audience: " + audience +
                 ", readable for this user");
}

}  // namespace

const Source kTokenFile = {.name = "filesystem",
                           .label = "the file /var/run/sigstore/cosign/oidc-token",
                           .presence = presence,
                           .fetch = token};

}  // namespace mpk::oidc
