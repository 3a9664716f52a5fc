// Key files: the PEM label says which form it is.
#include "keys/key_file.hpp"

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/pem.hpp"
#include "crypto/secret.hpp"
#include "keys/cosign_key.hpp"
#include "keys/password.hpp"

#include <utility>
#include <vector>

namespace mpk::keys {
namespace {

constexpr std::string_view kEnvScheme = "env://";

/// The one block of the text; its bytes are wiped with it.
struct Block {
  std::string label;
  bool encrypted = false;
  crypto::Secret<Bytes> body;
};

Result<Block> one_block(std::string_view text) {
  auto blocks = TRY(crypto::read_pem(text));
  // `openssl ecparam -genkey` writes the curve's name as a block of its own.
  std::erase_if(blocks, [](const auto& block) { return block.label == "EC PARAMETERS"; });
  std::vector<Block> owned;
  for (auto& block : blocks) {
    owned.push_back(
        {std::move(block.label), block.encrypted, crypto::Secret(std::move(block.der))});
  }
  if (owned.size() != 1) {
    return Error{ErrorKind::malformed,
                 "expected one key, found " + std::to_string(owned.size()) + " PEM blocks"};
  }
  return std::move(owned.front());
}

Result<crypto::PrivateKey> open_sealed(const Block& block, const std::string& source,
                                       const KeyAccess& access) {
  const Password password = TRY(find_password(source, access));
  auto key = block.label == "ENCRYPTED PRIVATE KEY"
                 ? crypto::PrivateKey::from_encrypted_pkcs8(block.body.get(), password.text.get())
                 : open_cosign_key(as_text(block.body.get()), password.text.get());
  if (!key) return explain(std::move(key).error(), password, access);
  return key;
}

/// A file may hold a public half that is not the private half's: nothing that it signs would hold.
Result<void> check_halves(const crypto::PrivateKey& key) {
  const Bytes probe = to_bytes("mpk");
  const Bytes signature = TRY(key.sign(probe));
  if (key.public_key().verify(probe, signature)) return {};
  return Error{ErrorKind::malformed, "private key: its public half belongs to another key"};
}

Result<crypto::PrivateKey> private_key_of(const Block& block, std::string_view text,
                                          const std::string& source, const KeyAccess& access) {
  const bool sealed = block.label == "ENCRYPTED PRIVATE KEY" || block.label == kSigstoreLabel ||
                      block.label == kCosignLabel;
  if (block.encrypted) {
    return Error{ErrorKind::unsupported,
                 "private key is encrypted in OpenSSL's old form, with a key from one MD5",
                 "write it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW"};
  }
  if (!sealed && (block.label == "PUBLIC KEY" || block.label == "CERTIFICATE")) {
    return Error{ErrorKind::usage,
                 "expected a private key, found the PEM label \"" + block.label + "\""};
  }
  auto key = TRY(sealed ? open_sealed(block, source, access) : crypto::PrivateKey::from_pem(text));
  TRY(check_algorithm(key.public_key()));
  TRY(check_halves(key));
  return key;
}

/// The error without the file's name, which the caller adds.
Error unnamed(Error error, const std::string& path) {
  std::string message = error.message();
  if (message.starts_with(path + ": ")) message.erase(0, path.size() + 2);
  if (error.kind() == ErrorKind::not_found) message = "no such file";
  return Error{ErrorKind::usage, std::move(message), error.hint()};
}

}  // namespace

Result<void> check_algorithm(const crypto::PublicKey& key) {
  const int bits = key.rsa_bits();
  if (bits == 0 || bits == 2048 || bits == 3072 || bits == 4096) return {};
  return Error{ErrorKind::unsupported,
               "RSA key has " + std::to_string(bits) + " bits, expected 2048, 3072 or 4096"};
}

Result<crypto::PrivateKey> read_private_key(std::string_view text, const std::string& source,
                                            const KeyAccess& access) {
  const Block block = TRY(one_block(text));
  return private_key_of(block, text, source, access);
}

Result<crypto::PublicKey> read_public_key(std::string_view text, const std::string& source,
                                          const KeyAccess& access) {
  const Block block = TRY(one_block(text));
  if (block.label == "PUBLIC KEY" || block.label == "RSA PUBLIC KEY") {
    return crypto::PublicKey::from_pem(text);
  }
  if (block.label == "CERTIFICATE") {
    const auto certificate = TRY(crypto::Certificate::from_der(block.body.get()));
    return certificate.public_key();
  }
  const auto key = TRY(private_key_of(block, text, source, access));
  return key.public_key();
}

Result<std::string> read_key_text(const std::string& source, const Env& env) {
  if (source.starts_with(kEnvScheme)) {
    const std::string name = source.substr(kEnvScheme.size());
    auto value = env.get(name);
    if (!value) return Error{ErrorKind::usage, "the variable is not set"};
    if (value->size() > kKeyFile) return Error{ErrorKind::usage, "too large for a key"};
    return std::move(*value);
  }
  auto text = read_file(source, kKeyFile);
  if (!text) return unnamed(std::move(text).error(), source);
  return text;
}

Result<crypto::PrivateKey> load_private_key(const std::string& source, const KeyAccess& access) {
  const std::string name = printable(source, 200);
  auto raw = read_key_text(source, access.env).with(name);
  const crypto::Secret text(TRY(std::move(raw)));
  return read_private_key(text.get(), name, access).with(name);
}

}  // namespace mpk::keys
