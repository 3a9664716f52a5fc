// cosign's key files, opened and sealed.
#include "keys/cosign_key.hpp"

#include "base/bytes.hpp"
#include "base/encoding.hpp"
#include "crypto/pem.hpp"
#include "crypto/scrypt.hpp"
#include "crypto/secret.hpp"
#include "crypto/secretbox.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <utility>

namespace mpk::keys {
namespace {

constexpr std::size_t kSaltBytes = 32;

struct Sealed {
  crypto::ScryptParameters cost;
  Bytes salt, nonce, box;
};

Result<void> expect_name(const json::Field& part, std::string_view name) {
  const std::string found = TRY(part.string("name"));
  if (found == name) return {};
  return part.error("expected \"" + std::string(name) + "\"").with_kind(ErrorKind::unsupported);
}

Result<crypto::ScryptParameters> read_cost(const json::Field& parameters) {
  TRY(parameters.only({"N", "r", "p"}));
  const std::uint64_t n = TRY(parameters.unsigned_integer("N"));
  const std::uint64_t r = TRY(parameters.unsigned_integer("r"));
  const std::uint64_t p = TRY(parameters.unsigned_integer("p"));
  // cosign wrote 2^15, and 2^16 since v1.13.
  if ((n != 32768 && n != 65536) || r != 8 || p != 1) {
    return parameters.error("expected scrypt with N 32768 or 65536, r 8 and p 1")
        .with_kind(ErrorKind::unsupported);
  }
  return crypto::ScryptParameters{n, 8, 1};
}

Result<Sealed> read_sealed(std::string_view body) {
  const Json document = TRY(json::parse(body));
  const json::Field root(document);
  TRY(root.only({"kdf", "cipher", "ciphertext"}));
  const json::Field kdf = TRY(root.at("kdf"));
  TRY(kdf.only({"name", "params", "salt"}));
  TRY(expect_name(kdf, "scrypt"));
  const json::Field cipher = TRY(root.at("cipher"));
  TRY(cipher.only({"name", "nonce"}));
  TRY(expect_name(cipher, "nacl/secretbox"));
  const json::Field parameters = TRY(kdf.at("params"));
  Sealed sealed;
  sealed.cost = TRY(read_cost(parameters));
  sealed.salt = TRY(kdf.base64("salt"));
  sealed.nonce = TRY(cipher.base64("nonce"));
  sealed.box = TRY(root.base64("ciphertext"));
  // Before the costly part.
  if (sealed.salt.size() != kSaltBytes) return kdf.error("expected a salt of 32 bytes");
  if (sealed.nonce.size() != crypto::kSecretboxNonce) {
    return cipher.error("expected a nonce of 24 bytes");
  }
  return sealed;
}

}  // namespace

Result<crypto::PrivateKey> open_cosign_key(std::string_view body, std::string_view password) {
  const Sealed sealed = TRY(read_sealed(body));
  const crypto::Secret key(
      TRY(crypto::scrypt(password, sealed.salt, sealed.cost, crypto::kSecretboxKey)));
  auto opened = crypto::secretbox_open(sealed.box, sealed.nonce, key.get());
  if (!opened && opened.error().kind() == ErrorKind::untrusted) {
    return Error{ErrorKind::usage, "private key: wrong password"};
  }
  const crypto::Secret pkcs8(TRY(std::move(opened)));
  return crypto::PrivateKey::from_pkcs8(pkcs8.get());
}

Result<std::string> seal_cosign_key(const crypto::PrivateKey& key, std::string_view password,
                                    crypto::Random& random) {
  const crypto::ScryptParameters cost;
  const Bytes salt = random.bytes(kSaltBytes);
  const Bytes nonce = random.bytes(crypto::kSecretboxNonce);
  const crypto::Secret derived(TRY(crypto::scrypt(password, salt, cost, crypto::kSecretboxKey)));
  const crypto::Secret pkcs8(key.pkcs8());
  const Bytes box = TRY(crypto::secretbox_seal(pkcs8.get(), nonce, derived.get()));
  Json parameters = {{"N", cost.n}, {"r", cost.r}, {"p", cost.p}};
  Json document = {
      {"kdf",
       {{"name", "scrypt"}, {"params", std::move(parameters)}, {"salt", base64_encode(salt)}}},
      {"cipher", {{"name", "nacl/secretbox"}, {"nonce", base64_encode(nonce)}}},
      {"ciphertext", base64_encode(box)}};
  return crypto::write_pem(kSigstoreLabel, as_bytes(json::compact(document)));
}

}  // namespace mpk::keys
