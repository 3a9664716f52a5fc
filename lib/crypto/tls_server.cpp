// What a TLS server shows and asks for, checked before any client sees it.
#include "crypto/tls_server.hpp"

#include "base/text.hpp"
#include "crypto/key.hpp"
#include "crypto/openssl.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace mpk::crypto {
namespace {

constexpr long kTicketSeconds = 600;  // a client whose certificate ends meanwhile stays so long

std::string name_of(const Certificate& certificate) {
  const std::string subject = certificate.subject();
  return subject.empty() ? "serial " + certificate.serial_hex() : printable(subject, 200);
}

Result<void> check_key(const std::vector<Certificate>& chain, const PrivateKey& key) {
  const auto belongs = [&key](const Certificate& certificate) {
    const auto shown = certificate.public_key();
    return shown && *shown == key.public_key();
  };
  if (belongs(chain.front())) return {};
  const bool later = std::any_of(chain.begin() + 1, chain.end(), belongs);
  return Error(ErrorKind::mismatch,
               "private key: expected that of the first certificate (" + name_of(chain.front()) +
                   "), found that of " + (later ? "a later one" : "none in the chain"),
               later ? "put the server's own certificate first"
                     : "key and certificate come in pairs: were both files replaced?");
}

Result<void> check_validity(const Certificate& certificate, Timestamp now) {
  const std::string name = "certificate (" + name_of(certificate) + ")";
  if (now > certificate.not_after()) {
    return Error(ErrorKind::expired,
                 name + ": expected one that is valid at " + now.brief() + ", it ended at " +
                     certificate.not_after().brief(),
                 "renew it");
  }
  if (now < certificate.not_before()) {
    return Error(ErrorKind::expired,
                 name + ": expected one that is valid at " + now.brief() + ", it begins at " +
                     certificate.not_before().brief(),
                 "is the clock right?");
  }
  return {};
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* out = nullptr;
  const int found =
      SSL_select_next_proto(&out, size, kOurs, sizeof kOurs - 1, offered, offered_size);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 §3.2
  *chosen = out;
  return SSL_TLSEXT_ERR_OK;
}

bool configure(SSL_CTX* context) {
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // A connection that idles keeps no buffers (34 KiB).
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  // Otherwise a record is read in two system calls, its five bytes of header first.
  SSL_CTX_set_read_ahead(context, 1);
  // Tickets take no memory; their keys are this context's, so replace() ends them.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, kTicketSeconds);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  static constexpr unsigned char kContext[] = "mpk";
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
         SSL_CTX_set_num_tickets(context, 1) == 1 &&
         SSL_CTX_set_session_id_context(context, kContext, sizeof kContext - 1) == 1;
}

Result<void> show(SSL_CTX* context, const std::vector<Certificate>& chain, const PrivateKey& key) {
  bool right = SSL_CTX_use_certificate(context, chain.front().native()) == 1 &&
               SSL_CTX_use_PrivateKey(context, key.native()) == 1;
  for (std::size_t i = 1; right && i < chain.size(); ++i) {
    right = SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, 1, chain[i].native()) == 1;
  }
  if (!right) return openssl_error(ErrorKind::unsupported, "certificate can't be used for TLS");
  return {};
}

Result<void> ask_clients(SSL_CTX* context, const std::string& authorities) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const auto& authority :
       TRY(Certificate::list_from_pem(authorities).with("client authorities"))) {
    if (!authority.is_ca()) {
      return Error(ErrorKind::malformed, "client authorities: expected certificates of CAs, " +
                                             name_of(authority) + " is none");
    }
    if (X509_STORE_add_cert(store, authority.native()) != 1 ||
        SSL_CTX_add_client_CA(context, authority.native()) != 1) {
      return openssl_error(ErrorKind::internal, "client authorities can't be used");
    }
  }
  // An intermediate may be what is trusted.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

}  // namespace

Result<TlsServer::Identity> TlsServer::identity_of(const TlsFiles& files, Timestamp now) {
  const auto chain = TRY(Certificate::list_from_pem(files.chain).with("certificate chain"));
  auto key = PrivateKey::from_pem(files.key);
  if (!key && key.error().message() == "private key is encrypted") {
    return std::move(key).error().with_hint(
        "a server starts without anybody to ask: `openssl pkey -in KEY -out PLAIN` decrypts it");
  }
  if (!key) return std::move(key).error();
  TRY(check_key(chain, *key));
  TRY(check_validity(chain.front(), now));
  if (X509_check_purpose(chain.front().native(), X509_PURPOSE_SSL_SERVER, 0) != 1) {
    ERR_clear_error();
    return Error(ErrorKind::usage, "certificate (" + name_of(chain.front()) +
                                       "): expected one for servers, its key usage says otherwise");
  }
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context || !configure(context.get())) {
    return openssl_error(ErrorKind::internal, "TLS can't be set up");
  }
  TRY(show(context.get(), chain, *key));
  if (!files.client_authorities.empty()) TRY(ask_clients(context.get(), files.client_authorities));
  return Identity{context, chain.front()};
}

Result<std::shared_ptr<TlsServer>> TlsServer::make(const TlsFiles& files, Timestamp now) {
  auto identity = TRY(identity_of(files, now));
  return std::shared_ptr<TlsServer>(new TlsServer(std::move(identity)));
}

Result<void> TlsServer::replace(const TlsFiles& files, Timestamp now) {
  auto identity = TRY(identity_of(files, now));
  const std::lock_guard lock(mutex_);
  std::swap(identity_, identity);
  return {};
}

TlsServer::Identity TlsServer::current() const {
  const std::lock_guard lock(mutex_);
  return identity_;
}

Certificate TlsServer::certificate() const { return current().certificate; }

Result<std::unique_ptr<TlsConnection>> TlsServer::accept(int fd) const {
  const auto identity = current();  // a session holds its context
  SSL* session = SSL_new(identity.context.get());
  if (session == nullptr) return openssl_error(ErrorKind::internal, "TLS session can't be made");
  auto connection = std::make_unique<TlsConnection>(session, fd);
  if (SSL_set_fd(session, fd) != 1) {
    return openssl_error(ErrorKind::internal, "TLS session can't be made");
  }
  SSL_set_accept_state(session);
  return connection;
}

}  // namespace mpk::crypto
