// One call of a key plugin: the request as JSON, the program's run, the answer.
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "json/value.hpp"

#include <string>

namespace mpk::keys {

struct PluginAddress {
  std::string source;   // "awskms://alias/release"
  std::string program;  // "sigstore-kms-awskms"
  std::string key;      // "alias/release"

  /// usage: not NAME://KEY.
  static Result<PluginAddress> parse(const std::string& source);
};

/// The member `method` of the answer to a call with `arguments`, of type object. `input` goes to
/// standard input.
Result<Json> call_plugin(const PluginAddress& address, const std::string& method,
                         const Json& arguments, DigestAlgorithm hash, std::string input = {});

/// The number of crypto.Hash in Go, which is how the protocol names hashes.
int go_hash(DigestAlgorithm algorithm);

/// The "rpcOptions" that cosign sends.
Json rpc_options();

}  // namespace mpk::keys
