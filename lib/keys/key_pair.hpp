// A key pair as two files: the sealed private key and, beside it, the public one.
#pragma once

#include "base/result.hpp"
#include "crypto/key.hpp"
#include "crypto/random.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace mpk::keys {

enum class KeyForm {
  sigstore,  // what cosign reads; always sealed, if with the empty password
  pkcs8,     // what openssl and everybody else reads; plain with the empty password
};

Result<std::string> seal_key(const crypto::PrivateKey& key, KeyForm form, std::string_view password,
                             crypto::Random& random);

struct KeyFiles {
  std::filesystem::path private_key, public_key;
};

/// "release.key" and "release.pub"; "release" and "release.pub".
KeyFiles key_files(const std::filesystem::path& private_key);

/// exists: without `overwrite`, and one of them is there. usage: the name of a public key file.
Result<void> check_free(const KeyFiles& files, bool overwrite);

/// The private key's file is 0600 from its beginning, the public one's 0644. Each gets its name
/// when it is complete; without `overwrite` nothing that is there is replaced (exists), and after
/// an error neither is left.
Result<void> write_key_files(const KeyFiles& files, std::string_view private_key,
                             std::string_view public_key, bool overwrite);

}  // namespace mpk::keys
