// Key: a public key of TUF metadata and the one scheme that it signs with (TUF 1.0 §4.2).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"
#include "json/read.hpp"

#include <map>
#include <optional>
#include <string>

namespace mpk::tuf {

enum class Scheme { ed25519, ecdsa_sha2, rsassa_pss_sha256 };

/// Immutable and thread-safe.
class Key {
 public:
  /// {"keytype", "scheme", "keyval": {"public"}}: ed25519 (hex), ecdsa and ecdsa-sha2-nistp256/384
  /// (PEM, or the point in hex), rsa with rsassa-pss-sha256 (PEM). malformed: no such object. A
  /// kind that mpk can't use, or a value that is no such key, is a key whose signatures never
  /// count: metadata may list keys for other clients.
  static Result<Key> parse(const json::Field& field);

  bool usable() const { return key_.has_value(); }
  /// Whether the signature is this key's over `message`.
  bool holds(BytesView message, BytesView signature) const;

 private:
  Key() = default;
  std::optional<crypto::PublicKey> key_;
  Scheme scheme_ = Scheme::ed25519;
};

/// By keyid. The keyid is a name: clients must not derive it (TUF 1.0 §4.2, "keyid").
using Keys = std::map<std::string, Key>;

}  // namespace mpk::tuf
