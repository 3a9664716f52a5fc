// libssl's functions, loaded when the first TLS server is made; private to this module.
#pragma once

#include "base/result.hpp"
#include "base/shared_library.hpp"

#include <openssl/ssl.h>

namespace mpk::crypto {

#define MPK_SSL_FUNCTIONS(F)        \
  F(SSL_CTX_add_client_CA)          \
  F(SSL_CTX_ctrl)                   \
  F(SSL_CTX_free)                   \
  F(SSL_CTX_get0_param)             \
  F(SSL_CTX_get_cert_store)         \
  F(SSL_CTX_new)                    \
  F(SSL_CTX_set_alpn_select_cb)     \
  F(SSL_CTX_set_cipher_list)        \
  F(SSL_CTX_set_num_tickets)        \
  F(SSL_CTX_set_options)            \
  F(SSL_CTX_set_session_id_context) \
  F(SSL_CTX_set_timeout)            \
  F(SSL_CTX_set_verify)             \
  F(SSL_CTX_use_PrivateKey)         \
  F(SSL_CTX_use_certificate)        \
  F(SSL_do_handshake)               \
  F(SSL_free)                       \
  F(SSL_get0_peer_certificate)      \
  F(SSL_get_error)                  \
  F(SSL_get_verify_result)          \
  F(SSL_get_version)                \
  F(SSL_has_pending)                \
  F(SSL_new)                        \
  F(SSL_read_ex)                    \
  F(SSL_select_next_proto)          \
  F(SSL_session_reused)             \
  F(SSL_set_accept_state)           \
  F(SSL_set_fd)                     \
  F(SSL_shutdown)                   \
  F(SSL_write_ex)                   \
  F(TLS_server_method)

// NOLINTNEXTLINE(readability-identifier-naming): OpenSSL's names
MPK_LIBRARY_TABLE(SslLibrary, MPK_SSL_FUNCTIONS);

/// Once. Thread-safe. not_found: it is not installed.
Result<void> load_ssl();
/// After load_ssl() was right.
const SslLibrary& ssl();

}  // namespace mpk::crypto
