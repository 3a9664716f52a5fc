// The two interfaces of Rekor; only for the sources of log_signature.
#pragma once

#include "sigstore/services.hpp"

#include <string>

namespace mpk::sigstore {

/// unsupported: a key that no Rekor v2 takes.
Result<void> check_loggable_v2(const crypto::PublicKey& key);
Error ed25519_unloggable();

/// As log_signature, for one version each.
Result<std::string> log_to_v1(http::Transport& transport, const std::string& base_url,
                              const LogRequest& sent);
Result<std::string> log_to_v2(http::Transport& transport, const std::string& base_url,
                              const LogRequest& sent);

}  // namespace mpk::sigstore
