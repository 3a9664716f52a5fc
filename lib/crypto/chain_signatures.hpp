// The signatures between the certificates of a path. Internal to crypto/.
#pragma once

#include <openssl/x509_vfy.h>

namespace mpk::crypto {

/// What X509_STORE_set_verify() takes, with OpenSSL's own meaning (RFC 5280 §6.1.3 (a)(1) and
/// §6.1.4 (n)) but for validity periods, which are the caller's. The last of the path is trusted as
/// it is. The signature of one authority by another is verified once in a process: it is the same
/// for each signer. Thread-safe.
int verify_path_signatures(X509_STORE_CTX* context);

}  // namespace mpk::crypto
