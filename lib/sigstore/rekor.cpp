// Logging a signature: by the version that the log speaks.
#include "sigstore/rekor_api.hpp"

namespace mpk::sigstore {

// Rekor v2 refuses pure Ed25519, verifiers refuse Ed25519ph in
// a DSSE envelope, and a bundle has to be of one or the other.
Error ed25519_unloggable() {
  return {ErrorKind::unsupported, "Ed25519 signatures can't be logged",
          "use an ECDSA key (mpk key generate), or sign without --signing-config: no log is asked "
          "then"};
}

Result<void> check_loggable(const Service& log, const crypto::PublicKey& key) {
  if (key.type() == crypto::KeyType::ed25519) return ed25519_unloggable();
  return log.major_api_version == 1 ? Result<void>() : check_loggable_v2(key);
}

Result<std::string> log_signature(http::Transport& transport, const Service& log,
                                  const LogRequest& sent) {
  return log.major_api_version == 1 ? log_to_v1(transport, log.url, sent)
                                    : log_to_v2(transport, log.url, sent);
}

}  // namespace mpk::sigstore
