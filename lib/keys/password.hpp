// The password of an encrypted key file: from the environment, from a person, or the empty one.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "keys/signing_key.hpp"

#include <string>

namespace mpk::keys {

struct Password {
  crypto::Secret<std::string> text;
  std::string origin;  // "MPK_KEY_PASSWORD"; empty when a person gave it, or nobody did
};

/// MPK_KEY_PASSWORD, COSIGN_PASSWORD, then `ask` with "password of SOURCE"; where nobody can be
/// asked the empty password, with which cosign seals the keys of those who want none.
Result<Password> find_password(const std::string& source, const KeyAccess& access);

/// The error of a key that did not open with `password`, with a hint that fits where it is from.
Error explain(Error error, const Password& password, const KeyAccess& access);

}  // namespace mpk::keys
