// A key pair that is written: its form, its password, and what is printed of it.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "keys/key_pair.hpp"
#include "option_set.hpp"
#include "session.hpp"

#include <optional>
#include <string>

namespace mpk::cli {

struct NewKeyOptions {
  std::optional<std::string> password_file;
  std::string form = "sigstore";
  bool password_stdin = false, no_password = false, overwrite = false;
  void add_to(OptionSet& set);
  /// From the option, MPK_KEY_PASSWORD or COSIGN_PASSWORD, or typed twice for `file`. usage: none
  /// of them, an empty one, two that differ, options that exclude each other.
  Result<crypto::Secret<std::string>> password(Session& session, const std::string& file) const;
  /// Seals and writes the pair, and prints what was written, without the private key. The places
  /// are checked (check) before anything is asked.
  Result<void> write(Session& session, const crypto::PrivateKey& key,
                     const std::string& file) const;
  Result<void> check(const std::string& file) const;
};

}  // namespace mpk::cli
