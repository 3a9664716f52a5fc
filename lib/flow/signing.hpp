// Signing for the commands: which services, which token, one signer for all statements of a run.
#pragma once

#include "flow/context.hpp"
#include "oidc/request.hpp"
#include "sigstore/sign.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace mpk::flow {

struct SigningRequest {
  oidc::TokenRequest identity;                     // where the identity comes from
  std::optional<std::string> signing_config_text;  // of --signing-config; else the public instance
  std::optional<std::string> trusted_root_text;    // of --trusted-root; else the embedded one
  bool assume_yes = false;                         // --yes
  /// Asks a person on a terminal; null: there is nobody to ask.
  std::function<bool(const std::string& question)> confirm;
};

/// Ready to sign: token read and checked, services chosen, nothing sent yet. A signing config
/// without a trusted root (or the reverse) is usage: bundles are verified before they are attached.
/// An e-mail that would go into the public instance's log for ever is confirmed first (cancelled
/// when refused).
Result<std::unique_ptr<sigstore::Signer>> prepare_signer(const Context& context,
                                                         const SigningRequest& request);

}  // namespace mpk::flow
