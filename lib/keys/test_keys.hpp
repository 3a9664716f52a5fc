// Test helpers: the key files of testdata/keys (its README says who wrote them).
#pragma once

#include "base/env.hpp"
#include "base/file.hpp"
#include "keys/key_file.hpp"
#include "keys/signing_key.hpp"

#include <string>

namespace mpk::keys {

inline std::string key_path(const std::string& name) { return "testdata/keys/" + name + ".pem"; }
inline std::string key_text(const std::string& name) {
  return read_file(key_path(name), kKeyFile).value();
}

/// A person who knows the password of testdata/keys.
struct Knows {
  MapEnv env;
  int questions = 0;
  std::string password = "correct";
  KeyAccess access() {
    return {env, [this](const std::string&) -> Result<std::string> {
              ++questions;
              return password;
            }};
  }
};

}  // namespace mpk::keys
