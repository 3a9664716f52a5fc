// A key behind one of cosign's key plugins: a program sigstore-kms-NAME speaks for the KMS.
#pragma once

#include "base/result.hpp"
#include "crypto/key.hpp"
#include "keys/signing_key.hpp"

#include <memory>
#include <string>

namespace mpk::keys {

/// `source`: NAME://KEY. Each call is one run of the program, with its protocol version ("v1") and
/// a JSON document as arguments (sigstore/sigstore, pkg/signature/kms/cliplugin). not_found: no
/// such program; network: what it says went wrong; malformed: its answer is none.
Result<std::unique_ptr<SigningKey>> open_plugin_key(const std::string& source);
Result<crypto::PublicKey> open_plugin_public_key(const std::string& source);

}  // namespace mpk::keys
