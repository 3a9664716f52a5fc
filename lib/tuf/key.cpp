// Key: from its JSON; which scheme goes with which kind of key.
#include "tuf/key.hpp"

#include "base/encoding.hpp"
#include "crypto/rsa_pss.hpp"

#include <array>
#include <span>
#include <string_view>

namespace mpk::tuf {
namespace {

// SubjectPublicKeyInfo up to the key's own bytes (RFC 8410 §4, RFC 5480 §2).
constexpr std::array<std::uint8_t, 12> kEd25519Spki = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                       0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
constexpr std::array<std::uint8_t, 26> kP256Spki = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

Result<crypto::PublicKey> from_hex(std::span<const std::uint8_t> prefix, std::string_view hex) {
  const Bytes raw = TRY(hex_decode(hex));
  Bytes spki(prefix.begin(), prefix.end());
  spki.insert(spki.end(), raw.begin(), raw.end());
  return crypto::PublicKey::from_spki(spki);
}

struct Kind {
  std::string_view keytype, scheme;
  Scheme how;
  crypto::KeyType type;
};
// "ecdsa-sha2-nistp256" as a key type is what early repositories wrote, the public one among them.
constexpr std::array<Kind, 6> kKinds = {{
    {"ed25519", "ed25519", Scheme::ed25519, crypto::KeyType::ed25519},
    {"ecdsa", "ecdsa-sha2-nistp256", Scheme::ecdsa_sha2, crypto::KeyType::ecdsa_p256},
    {"ecdsa", "ecdsa-sha2-nistp384", Scheme::ecdsa_sha2, crypto::KeyType::ecdsa_p384},
    {"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", Scheme::ecdsa_sha2, crypto::KeyType::ecdsa_p256},
    {"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", Scheme::ecdsa_sha2, crypto::KeyType::ecdsa_p384},
    {"rsa", "rsassa-pss-sha256", Scheme::rsassa_pss_sha256, crypto::KeyType::rsa},
}};

Result<crypto::PublicKey> load(const Kind& kind, std::string_view value) {
  if (kind.how == Scheme::ed25519) return from_hex(kEd25519Spki, value);
  if (kind.type == crypto::KeyType::ecdsa_p256 && !value.starts_with("-----"))
    return from_hex(kP256Spki, value);
  return crypto::PublicKey::from_pem(value);
}

}  // namespace

Result<Key> Key::parse(const json::Field& field) {
  const std::string keytype = TRY(field.string("keytype"));
  const std::string scheme = TRY(field.string("scheme"));
  const auto keyval = TRY(field.at("keyval"));
  const std::string value = TRY(keyval.string("public"));
  Key out;
  for (const Kind& kind : kKinds) {
    if (kind.keytype != keytype || kind.scheme != scheme) continue;
    auto key = load(kind, value);
    if (!key || key->type() != kind.type) break;
    out.key_ = key.take();
    out.scheme_ = kind.how;
    break;
  }
  return out;
}

bool Key::holds(BytesView message, BytesView signature) const {
  if (!key_ || signature.empty()) return false;
  if (scheme_ == Scheme::rsassa_pss_sha256) {
    return crypto::verify_rsa_pss(*key_, message, signature, DigestAlgorithm::sha256).has_value();
  }
  return key_->verify(message, signature).has_value();
}

}  // namespace mpk::tuf
