// open_signing_key, open_public_key: the form of the source says who opens it.
#include "base/text.hpp"
#include "crypto/secret.hpp"
#include "keys/key_file.hpp"
#include "keys/local_key.hpp"
#include "keys/pkcs11_key.hpp"
#include "keys/pkcs11_uri.hpp"
#include "keys/plugin_key.hpp"
#include "keys/signing_key.hpp"

#include <utility>

namespace mpk::keys {
namespace {

bool is_pkcs11(const std::string& source) { return source.starts_with("pkcs11:"); }

bool is_plugin(const std::string& source) {
  return source.find("://") != std::string::npos && !source.starts_with("env://");
}

}  // namespace

Result<std::unique_ptr<SigningKey>> open_signing_key(const std::string& source,
                                                     const KeyAccess& access) {
  if (is_pkcs11(source)) return open_pkcs11_key(source, access);
  if (is_plugin(source)) return open_plugin_key(source);
  auto key = TRY(load_private_key(source, access));
  return make_local_key(std::move(key), source);
}

Result<crypto::PublicKey> open_public_key(const std::string& source, const KeyAccess& access) {
  if (is_pkcs11(source)) return open_pkcs11_public_key(source, access);
  if (is_plugin(source)) return open_plugin_public_key(source);
  const std::string name = source_name(source);
  const crypto::Secret text(TRY(read_key_text(source, access.env).with(name)));
  return read_public_key(text.get(), name, access).with(name);
}

std::string source_name(const std::string& source) {
  if (is_pkcs11(source)) return without_query(source);
  // A key that was given instead of its name.
  if (source.find("-----BEGIN") != std::string::npos) return "(a value, not a file name)";
  return printable(source, 200);
}

}  // namespace mpk::keys
