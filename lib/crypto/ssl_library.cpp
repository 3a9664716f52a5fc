// libssl, which only servers need.
#include "crypto/ssl_library.hpp"

namespace mpk::crypto {
namespace {

SslLibrary functions;

}  // namespace

Result<void> load_ssl() {
  static const Result<void> loaded = SharedLibrary::load("libssl.so.3", functions);
  return loaded;
}

const SslLibrary& ssl() { return functions; }

}  // namespace mpk::crypto
