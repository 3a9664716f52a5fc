// open_signing_key, open_public_key: the form of the source says who opens it.
#include "base/text.hpp"
#include "crypto/secret.hpp"
#include "keys/key_file.hpp"
#include "keys/local_key.hpp"
#include "keys/signing_key.hpp"

#include <utility>

namespace mpk::keys {
namespace {

bool is_pkcs11(const std::string& source) { return source.starts_with("pkcs11:"); }

bool is_plugin(const std::string& source) {
  return source.find("://") != std::string::npos && !source.starts_with("env://");
}

Error not_yet(const std::string& source) {
  return Error{ErrorKind::unsupported, printable(source, 60) + ": not supported"};
}

}  // namespace

Result<std::unique_ptr<SigningKey>> open_signing_key(const std::string& source,
                                                     const KeyAccess& access) {
  if (is_pkcs11(source) || is_plugin(source)) return not_yet(source);
  auto key = TRY(load_private_key(source, access));
  return make_local_key(std::move(key), source);
}

Result<crypto::PublicKey> open_public_key(const std::string& source, const KeyAccess& access) {
  if (is_pkcs11(source) || is_plugin(source)) return not_yet(source);
  const std::string name = printable(source, 200);
  const crypto::Secret text(TRY(read_key_text(source, access.env).with(name)));
  return read_public_key(text.get(), name, access).with(name);
}

}  // namespace mpk::keys
