// p11-kit: only keys in tokens need it.
#include "keys/pkcs11_kit.hpp"

namespace mpk::keys {
namespace {

Pkcs11Kit functions;

}  // namespace

Result<void> load_pkcs11_kit() {
  static const Result<void> loaded = SharedLibrary::load("libp11-kit.so.0", functions);
  return loaded;
}

const Pkcs11Kit& pkcs11_kit() { return functions; }

}  // namespace mpk::keys
