// What a client asks of Fulcio v2: a token, and a key with the proof that it is the client's.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"
#include "http/server.hpp"

#include <optional>
#include <string>

namespace mpk::sandbox {

struct FulcioRequest {
  std::string token;
  std::optional<std::string> csr;        // PEM PKCS#10, signed by its own key
  std::optional<crypto::PublicKey> key;  // instead of csr, with
  Bytes proof_of_possession;             // a signature over the token's identity
};

/// unauthorized: no token; malformed: no key, two keys, an unknown member, …
Result<FulcioRequest> read_fulcio_request(const http::ServerRequest& request);

/// The key, once it is proven to be the client's. `challenge`: the token's identity.
Result<crypto::PublicKey> proven_key(const FulcioRequest& request, const std::string& challenge);

}  // namespace mpk::sandbox
