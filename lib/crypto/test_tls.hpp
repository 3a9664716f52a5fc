// TLS for tests: an authority of today, certificates for servers and clients, and a client's end.
#pragma once

#include "base/fd.hpp"
#include "crypto/openssl.hpp"
#include "crypto/test_pki.hpp"
#include "crypto/tls_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::crypto::testing {

/// TLS looks at the real clock.
inline Timestamp today() { return SystemClock().now(); }

struct Pair {
  Certificate certificate;
  PrivateKey key;
};

inline Authority make_tls_root(std::string name) {
  auto key = must(PrivateKey::generate(KeyType::ecdsa_p256));
  auto request = request_for(key.public_key(), std::move(name));
  request.not_before = today().plus_seconds(-3600);
  request.not_after = today().plus_seconds(3600);
  request.ca = true;
  auto certificate = must(issue_certificate(request, {key, std::nullopt}));
  return {std::move(key), std::move(certificate)};
}

enum class Purpose { any, server, client };

inline Pair make_pair(const Authority& authority, std::string name, Purpose purpose = Purpose::any,
                      std::int64_t from = -60, std::int64_t to = 3600) {
  auto key = must(PrivateKey::generate(KeyType::ecdsa_p256));
  auto request = request_for(key.public_key(), name);
  request.not_before = today().plus_seconds(from);
  request.not_after = today().plus_seconds(to);
  request.digital_signature = true;
  request.subject_alt_name = SubjectAltName{SubjectAltName::Type::dns, std::move(name)};
  if (purpose != Purpose::any) {  // id-kp-serverAuth or id-kp-clientAuth
    Bytes usage{0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01};
    if (purpose == Purpose::client) usage.back() = 0x02;
    request.extensions = {{"2.5.29.37", usage, false}};
  }
  return {must(issue_certificate(request, authority.issuer())), std::move(key)};
}

inline TlsFiles files_of(const Pair& pair, std::string client_authorities = {}) {
  return {pair.certificate.pem(), pair.key.pem(), std::move(client_authorities)};
}

/// Blocking, to 127.0.0.1, each read and write for ten seconds at most.
inline Fd connect_to(std::uint16_t port, const char* from = "127.0.0.1") {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{10, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, from, &address.sin_addr);
  const bool bound = ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!bound || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    fd.reset();
  return fd;
}

struct TlsClientOptions {
  int lowest = TLS1_2_VERSION, highest = TLS1_3_VERSION;
  std::string protocols;  // ALPN, each with its length before
  std::optional<Pair> own;
};

/// Takes every certificate. Whoever makes one blocks SIGPIPE.
class TlsClient {
 public:
  using Session = std::shared_ptr<SSL_SESSION>;

  TlsClient(int fd, const TlsClientOptions& options, const Session& before = nullptr)
      : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_min_proto_version(context_.get(), options.lowest);
    SSL_CTX_set_max_proto_version(context_.get(), options.highest);
    // The versions before 1.2 sign with SHA-1.
    SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
    if (options.own) {
      SSL_CTX_use_certificate(context_.get(), options.own->certificate.native());
      SSL_CTX_use_PrivateKey(context_.get(), options.own->key.native());
    }
    session_.reset(SSL_new(context_.get()));
    SSL_set_fd(session_.get(), fd);
    if (before) SSL_set_session(session_.get(), before.get());
    if (!options.protocols.empty()) {
      SSL_set_alpn_protos(session_.get(),
                          reinterpret_cast<const unsigned char*>(options.protocols.data()),
                          static_cast<unsigned>(options.protocols.size()));
    }
  }

  bool handshake() { return is_right(SSL_connect(session_.get())); }
  bool write(std::string_view text) {
    return text.empty() ||
           is_right(SSL_write(session_.get(), text.data(), static_cast<int>(text.size())));
  }
  /// "" at the end, and after an error.
  std::string read() {
    std::array<char, 16384> piece{};
    const int size = SSL_read(session_.get(), piece.data(), piece.size());
    if (!is_right(size)) return {};
    return {piece.data(), static_cast<std::size_t>(size)};
  }
  /// The server said close_notify.
  bool was_closed() const {
    return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  std::string version() const { return SSL_get_version(session_.get()); }
  std::string protocol() const {
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(session_.get(), &chosen, &size);
    return {reinterpret_cast<const char*>(chosen), size};
  }
  std::string server_name() const {
    X509* shown = SSL_get0_peer_certificate(session_.get());
    return shown == nullptr
               ? ""
               : must(Certificate::from_der(encode_der(i2d_X509, shown))).common_name();
  }
  int chain_length() const { return sk_X509_num(SSL_get_peer_cert_chain(session_.get())); }
  /// For the next connection, when the server's ticket has been read.
  Session ticket() const {
    // A copy: the session itself ends with the client.
    return {SSL_SESSION_dup(SSL_get0_session(session_.get())), SSL_SESSION_free};
  }

 private:
  static bool is_right(int code) {
    ERR_clear_error();
    return code > 0;
  }
  std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, OpensslFree<SSL_free>> session_;
};

}  // namespace mpk::crypto::testing
