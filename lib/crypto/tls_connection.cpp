// The server's end of one TLS connection, over a descriptor that does not block.
#include "base/fd_wait.hpp"
#include "crypto/openssl.hpp"
#include "crypto/tls_server.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace mpk::crypto {

TlsConnection::~TlsConnection() { SSL_free(session_); }

/// Right: the call is to be repeated.
Result<void> TlsConnection::wait(int code, Deadline deadline, const char* what) {
  const int reason = SSL_get_error(session_, code);
  bool ready = false;
  if (reason == SSL_ERROR_WANT_READ) {
    ready = wait_readable(fd_, deadline);
  } else if (reason == SSL_ERROR_WANT_WRITE) {
    ready = wait_writable(fd_, deadline);
  } else if (reason == SSL_ERROR_SSL) {
    return openssl_error(ErrorKind::network, what);
  } else {
    ERR_clear_error();
    return Error(ErrorKind::network, std::string(what) + ": the client broke off");
  }
  if (ready) return {};
  return Error(ErrorKind::timeout, std::string(what) + ": the client was too slow");
}

Result<void> TlsConnection::handshake(Deadline deadline) {
  while (true) {
    ERR_clear_error();
    const int code = SSL_do_handshake(session_);
    if (code == 1) break;
    auto waited = wait(code, deadline, "TLS handshake");
    if (waited) continue;
    const long verified = SSL_get_verify_result(session_);
    if (verified == X509_V_OK || waited.error().kind() == ErrorKind::timeout) return waited;
    return Error(ErrorKind::untrusted, std::string("TLS handshake: the client's certificate: ") +
                                           X509_verify_cert_error_string(verified));
  }
  if (X509* shown = SSL_get0_peer_certificate(session_)) {
    peer_ = std::make_shared<const Certificate>(
        TRY(Certificate::from_der(encode_der(i2d_X509, shown)).with("the client's certificate")));
  }
  return {};
}

Result<std::size_t> TlsConnection::read(std::span<std::uint8_t> into, Deadline deadline) {
  while (true) {
    ERR_clear_error();
    std::size_t size = 0;
    const int code = SSL_read_ex(session_, into.data(), into.size(), &size);
    if (code == 1) return size;
    if (SSL_get_error(session_, code) == SSL_ERROR_ZERO_RETURN) return 0;
    TRY(wait(code, deadline, "TLS"));
  }
}

Result<void> TlsConnection::write(BytesView bytes, Deadline deadline) {
  while (!bytes.empty()) {
    ERR_clear_error();
    std::size_t size = 0;
    const int code = SSL_write_ex(session_, bytes.data(), bytes.size(), &size);
    if (code == 1) {
      bytes = bytes.subspan(size);
      // A client that takes a little at a time must not prolong it.
      if (!bytes.empty() && std::chrono::steady_clock::now() >= deadline) {
        return Error(ErrorKind::timeout, "TLS: the client was too slow");
      }
      continue;
    }
    TRY(wait(code, deadline, "TLS"));
  }
  return {};
}

bool TlsConnection::has_pending() const { return SSL_has_pending(session_) == 1; }

void TlsConnection::shutdown() {
  ERR_clear_error();
  SSL_shutdown(session_);
  ERR_clear_error();
}

std::string TlsConnection::version() const { return SSL_get_version(session_); }

bool TlsConnection::resumed() const { return SSL_session_reused(session_) == 1; }

}  // namespace mpk::crypto
