// A signing key in memory.
#pragma once

#include "crypto/key.hpp"
#include "keys/signing_key.hpp"

#include <memory>
#include <string>

namespace mpk::keys {

/// `source`: what to call it.
std::unique_ptr<SigningKey> make_local_key(crypto::PrivateKey key, std::string source);

}  // namespace mpk::keys
