// Keys behind plugins.
#include "keys/plugin_key.hpp"

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "json/read.hpp"
#include "json/value.hpp"
#include "keys/key_file.hpp"
#include "keys/plugin_call.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::keys {
namespace {

class PluginKey final : public SigningKey {
 public:
  PluginKey(PluginAddress address, crypto::PublicKey public_key)
      : address_(std::move(address)), public_key_(std::move(public_key)) {}

  const crypto::PublicKey& public_key() const override { return public_key_; }
  const std::string& source() const override { return address_.source; }

  Result<Bytes> sign_digest(const Digest& digest) override {
    if (public_key_.type() == crypto::KeyType::ed25519) {
      return Error{ErrorKind::unsupported, "an Ed25519 key signs the whole message, not a digest",
                   "use an ECDSA P-256 key"};
    }
    Json message = {{"digest", base64_encode(digest.bytes())},
                    {"hashFunc", go_hash(digest.algorithm())}};
    Bytes signature = TRY(call(std::move(message), {}));
    TRY(check(public_key_.verify_digest(digest, signature)));
    return signature;
  }

  Result<Bytes> sign(BytesView message) override {
    // Both, as `cosign sign-blob` sends them: there are plugins that look at one of them only.
    const crypto::KeyType type = public_key_.type();
    Json message_options;
    message_options["digest"] = nullptr;
    if (type != crypto::KeyType::ed25519) {
      const Digest digest = crypto::hash(crypto::default_hash(type), message);
      message_options["digest"] = base64_encode(digest.bytes());
    }
    Bytes signature = TRY(call(std::move(message_options), std::string(as_text(message))));
    TRY(check(public_key_.verify(message, signature)));
    return signature;
  }

 private:
  Result<Bytes> call(Json message, std::string input) const {
    Json options = {{"rpcOptions", rpc_options()}};
    options["messageOptions"] = std::move(message);
    Json arguments;
    arguments["signOptions"] = std::move(options);
    const Json answer =
        TRY(call_plugin(address_, "signMessage", arguments,
                        crypto::default_hash(public_key_.type()), std::move(input)));
    return json::Field(answer, "$.signMessage").base64("signature").with(name());
  }

  Result<void> check(const Result<void>& outcome) const {
    if (outcome) return {};
    return Error{ErrorKind::mismatch,
                 name() + ": the signature does not hold with the plugin's public key",
                 "it must be DER for ECDSA and PKCS#1 v1.5 for RSA, with the hash it was told"};
  }

  std::string name() const { return printable(address_.source, 200); }

  PluginAddress address_;
  crypto::PublicKey public_key_;
};

Result<crypto::PublicKey> public_key_of(const PluginAddress& address) {
  Json options;
  options["rpcOptions"] = rpc_options();
  Json arguments;
  arguments["publicKeyOptions"] = std::move(options);
  const Json answer = TRY(call_plugin(address, "publicKey", arguments, DigestAlgorithm::sha256));
  const std::string name = printable(address.source, 200);
  const Bytes pem = TRY(json::Field(answer, "$.publicKey").base64("publicKeyPEM").with(name));
  return crypto::PublicKey::from_pem(as_text(pem)).with(name);
}

}  // namespace

Result<std::unique_ptr<SigningKey>> open_plugin_key(const std::string& source) {
  PluginAddress address = TRY(PluginAddress::parse(source));
  crypto::PublicKey key = TRY(public_key_of(address));
  TRY(check_algorithm(key).with(printable(source, 200)));
  return std::make_unique<PluginKey>(std::move(address), std::move(key));
}

Result<crypto::PublicKey> open_plugin_public_key(const std::string& source) {
  return public_key_of(TRY(PluginAddress::parse(source)));
}

}  // namespace mpk::keys
