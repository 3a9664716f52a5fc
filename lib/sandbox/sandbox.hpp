// Sandbox: a whole Sigstore and a registry on loopback, in process. Its keys prove nothing.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "sandbox/registry.hpp"
#include "sandbox/services.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace mpk::sandbox {

struct SandboxOptions {
  std::filesystem::path directory;  // trust files and registry blobs; must exist
  const Clock* clock = nullptr;     // not owned
  /// 0: any. Else OIDC issuer, CT log, Fulcio, Rekor and TSA take the five ports after it, and
  /// Rekor v1 the sixth.
  std::uint16_t registry_port = 0;
  /// A Rekor v1 too: in the trusted root, and named by signing-config-rekor-v1.json.
  bool rekor_v1 = false;
};

/// Servers run until it is destroyed. The directory then holds trusted-root.json,
/// signing-config.json, trust-config.json, ctlog.pub, identity-token, and registry/.
class Sandbox {
 public:
  static Result<std::unique_ptr<Sandbox>> start(const SandboxOptions& options);
  virtual ~Sandbox() = default;

  virtual std::string registry_host() const = 0;  // "127.0.0.1:34567"
  virtual const OidcIssuer& issuer() const = 0;
  virtual std::string ctlog_url() const = 0;
  virtual const std::filesystem::path& directory() const = 0;
  virtual Registry& registry() = 0;
  virtual Faults& faults() = 0;
  /// Identity of `identity-token` and of SIGSTORE_ID_TOKEN.
  static constexpr std::string_view kIdentity = "ci@sandbox.example";
};

}  // namespace mpk::sandbox
