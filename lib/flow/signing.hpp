// Signing for the commands: which services, which token, one signer for all statements of a run.
#pragma once

#include "flow/context.hpp"
#include "keys/signing_key.hpp"
#include "sigstore/sign.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace mpk::flow {

struct SigningRequest {
  std::optional<std::string> identity_token_text;  // contents of --identity-token FILE|-
  std::string identity_token_source;               // "--identity-token token.jwt"
  std::optional<std::string> signing_config_text;  // of --signing-config; else the public instance
  std::optional<std::string> trusted_root_text;    // of --trusted-root; else the embedded one
  std::optional<std::string> key;                  // --key: a file or URI; then no token is used
  std::optional<std::string> certificates_pem;  // contents of --certificate: the key's, leaf first
  bool whole_chain = false;                     // write all of them (OpenSSF Model Signing)
  keys::AskSecret ask_secret;                   // for the key's password or PIN
  bool assume_yes = false;                      // --yes
  /// Asks a person on a terminal; null: there is nobody to ask.
  std::function<bool(const std::string& question)> confirm;
};

/// Ready to sign: key opened or token read and checked, services chosen, nothing sent yet. A
/// signing config without a trusted root (or the reverse) is usage: bundles are verified before
/// they are attached. With a key no service is contacted unless there is a signing config. An
/// e-mail that would go into the public instance's log for ever is confirmed first (cancelled when
/// refused).
Result<std::unique_ptr<sigstore::Signer>> prepare_signer(const Context& context,
                                                         const SigningRequest& request);

}  // namespace mpk::flow
