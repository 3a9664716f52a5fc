// JWS: the key says which algorithms may be, never the signature alone.
#include "agent/jws.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/key_parts.hpp"
#include "crypto/rsa_pss.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace mpk::agent {
namespace {

using crypto::KeyType;
using crypto::PublicKey;

Result<Bytes> number(const json::Field& jwk, std::string_view name) {
  auto bytes = base64url_decode(TRY(jwk.string(name)));
  if (!bytes) return jwk.error(std::string(name) + " is not base64url");
  return bytes;
}

// RFC 7518 §6.2.1: both coordinates have the full length of the curve.
Result<PublicKey> elliptic_key(const json::Field& jwk) {
  struct Curve {
    std::string_view name;
    std::size_t size;
    Bytes parameters;  // DER of the curve's object identifier
  };
  const std::vector<Curve> curves = {
      {"P-256", 32, {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}},
      {"P-384", 48, {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22}},
      {"P-521", 66, {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23}}};
  const auto name = TRY(jwk.string("crv"));
  const auto x = TRY(number(jwk, "x")), y = TRY(number(jwk, "y"));
  for (const auto& curve : curves) {
    if (curve.name != name) continue;
    if (x.size() != curve.size || y.size() != curve.size)
      return jwk.error("x and y must have " + std::to_string(curve.size) + " bytes each");
    Bytes point{0x04};
    point.insert(point.end(), x.begin(), x.end());
    point.insert(point.end(), y.begin(), y.end());
    return crypto::public_key_from_point(curve.parameters, point);
  }
  return Error(ErrorKind::unsupported, "JWK: curve " + printable(name, 40) + " is not supported");
}

// RFC 8037 §2, in the SubjectPublicKeyInfo of RFC 8410 §4.
Result<PublicKey> edwards_key(const json::Field& jwk) {
  const auto name = TRY(jwk.string("crv"));
  if (name != "Ed25519") {
    return Error(ErrorKind::unsupported, "JWK: curve " + printable(name, 40) + " is not supported");
  }
  const auto x = TRY(number(jwk, "x"));
  if (x.size() != 32) return jwk.error("x must have 32 bytes");
  Bytes spki{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
  spki.insert(spki.end(), x.begin(), x.end());
  return PublicKey::from_spki(spki);
}

Result<Jwk> read_jwk(const json::Field& jwk) {
  const auto type = TRY(jwk.string("kty"));
  auto id = TRY(jwk.optional_string("kid")).value_or("");
  auto algorithm = TRY(jwk.optional_string("alg")).value_or("");
  // RFC 7517 §4.2: a key for encryption signs nothing.
  if (TRY(jwk.optional_string("use")).value_or("sig") != "sig")
    return jwk.error("use is not \"sig\"");
  if (type == "EC") return Jwk{std::move(id), std::move(algorithm), TRY(elliptic_key(jwk))};
  if (type == "OKP") return Jwk{std::move(id), std::move(algorithm), TRY(edwards_key(jwk))};
  if (type == "RSA") {
    const auto n = TRY(number(jwk, "n")), e = TRY(number(jwk, "e"));
    return Jwk{std::move(id), std::move(algorithm), TRY(crypto::public_key_from_rsa(n, e))};
  }
  return Error(ErrorKind::unsupported,
               "JWK: a key of type " + printable(type, 40) + " is not supported",
               "EC, RSA and OKP (Ed25519) are; a shared secret proves nothing to a third party");
}

enum class Scheme { ecdsa, pkcs1, pss, eddsa };
struct Algorithm {
  std::string_view name;
  Scheme scheme;
  DigestAlgorithm hash;
  std::optional<KeyType> key;  // RSA: any size
  std::size_t signature;       // bytes of an ECDSA or EdDSA signature
};

// RFC 7518 §3.1, RFC 8037 §3.1.
const Algorithm* algorithm_of(std::string_view name) {
  static constexpr Algorithm kAlgorithms[] = {
      {"ES256", Scheme::ecdsa, DigestAlgorithm::sha256, KeyType::ecdsa_p256, 64},
      {"ES384", Scheme::ecdsa, DigestAlgorithm::sha384, KeyType::ecdsa_p384, 96},
      {"ES512", Scheme::ecdsa, DigestAlgorithm::sha512, KeyType::ecdsa_p521, 132},
      {"RS256", Scheme::pkcs1, DigestAlgorithm::sha256, KeyType::rsa, 0},
      {"RS384", Scheme::pkcs1, DigestAlgorithm::sha384, KeyType::rsa, 0},
      {"RS512", Scheme::pkcs1, DigestAlgorithm::sha512, KeyType::rsa, 0},
      {"PS256", Scheme::pss, DigestAlgorithm::sha256, KeyType::rsa, 0},
      {"PS384", Scheme::pss, DigestAlgorithm::sha384, KeyType::rsa, 0},
      {"PS512", Scheme::pss, DigestAlgorithm::sha512, KeyType::rsa, 0},
      {"EdDSA", Scheme::eddsa, DigestAlgorithm::sha512, KeyType::ed25519, 64},
      {"Ed25519", Scheme::eddsa, DigestAlgorithm::sha512, KeyType::ed25519, 64}};
  for (const auto& each : kAlgorithms) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

}  // namespace

Result<std::vector<Jwk>> read_keys(std::string_view text) {
  std::vector<Jwk> out;
  if (text.find("-----BEGIN") != std::string_view::npos) {
    out.push_back({{}, {}, TRY(PublicKey::from_pem(text))});
    return out;
  }
  const auto document = TRY(json::parse(text));
  const json::Field root(document);
  if (!root.is_object()) return root.error("expected a PEM public key, a JWK or a JWK Set");
  if (!document.contains("keys")) {
    out.push_back(TRY(read_jwk(root)));
    return out;
  }
  for (const auto& jwk : TRY(root.items("keys"))) {
    auto key = read_jwk(jwk);
    // RFC 7517 §5: what one does not understand in a set is left out.
    if (key) out.push_back(key.take());
  }
  if (out.empty()) return Error(ErrorKind::usage, "JWK Set: no key that can be used");
  return out;
}

Result<JwsHeader> read_jws_header(const std::string& encoded) {
  const auto bytes = base64url_decode(encoded);
  if (!bytes) return Error(ErrorKind::malformed, "JWS: the protected header is not base64url");
  const auto document = TRY(json::parse(as_text(*bytes)));
  const json::Field header(document, "JWS header");
  JwsHeader out{.algorithm = TRY(header.string("alg")),
                .key_id = TRY(header.optional_string("kid")).value_or("")};
  if (document.contains("crit"))
    return Error(ErrorKind::unsupported, "JWS: critical extensions (crit) are not supported");
  return out;
}

Result<void> verify_jws(const Jwk& key, const std::string& protected_header,
                        const std::string& signature, std::string_view payload) {
  const auto header = TRY(read_jws_header(protected_header));
  const auto* algorithm = algorithm_of(header.algorithm);
  // "none" and the HMACs of a public key's bytes are the classic ways around a signature.
  if (algorithm == nullptr || algorithm->key != key.key.type() ||
      (!key.algorithm.empty() && key.algorithm != header.algorithm)) {
    return Error(ErrorKind::untrusted, "JWS: algorithm " + printable(header.algorithm, 40) +
                                           " is not one of the key's (" +
                                           std::string(to_string(key.key.type())) + ")");
  }
  auto raw = base64url_decode(signature);
  if (!raw) return Error(ErrorKind::malformed, "JWS: the signature is not base64url");
  if (algorithm->signature != 0 && raw->size() != algorithm->signature) {
    return Error(ErrorKind::untrusted, "JWS: the signature has " + std::to_string(raw->size()) +
                                           " bytes, expected " +
                                           std::to_string(algorithm->signature));
  }
  const auto input = protected_header + "." + base64url_encode(as_bytes(payload));
  switch (algorithm->scheme) {
    case Scheme::ecdsa:
      return key.key.verify(as_bytes(input), TRY(crypto::ecdsa_der(*raw)), algorithm->hash);
    case Scheme::pss:
      return crypto::verify_rsa_pss(key.key, as_bytes(input), *raw, algorithm->hash);
    case Scheme::pkcs1:
    case Scheme::eddsa:
      return key.key.verify(as_bytes(input), *raw, algorithm->hash);
  }
  return Error(ErrorKind::internal, "JWS: an algorithm without a scheme");
}

}  // namespace mpk::agent
