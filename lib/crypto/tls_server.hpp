// TlsServer: the certificate that a server shows, replaceable while it serves; and its connections.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/certificate.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

struct ssl_st;      // OpenSSL's SSL
struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace mpk::crypto {

/// The server's end of one connection. For one thread at a time, which blocks SIGPIPE. After an
/// error or shutdown() there is nothing more to do with it.
class TlsConnection {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  TlsConnection(ssl_st* session, int fd) : session_(session), fd_(fd) {}
  TlsConnection(const TlsConnection&) = delete;
  TlsConnection& operator=(const TlsConnection&) = delete;
  ~TlsConnection();

  /// timeout: `deadline` has passed; untrusted: the client's certificate is missing or refused;
  /// network: no TLS, no version or cipher in common, or the client went away.
  Result<void> handshake(Deadline deadline);
  /// At least one byte; 0: the client has ended the connection. timeout, network.
  Result<std::size_t> read(std::span<std::uint8_t> into, Deadline deadline);
  /// All of it. timeout, network.
  Result<void> write(BytesView bytes, Deadline deadline);
  /// read() would find bytes that have arrived already, where poll() does not see them.
  bool has_pending() const;
  /// Says close_notify if that can be sent at once. Does not close the descriptor.
  void shutdown();

  /// The client's, verified. Null: none was asked for. After handshake().
  std::shared_ptr<const Certificate> peer() const { return peer_; }
  /// "TLSv1.3"
  std::string version() const;
  /// The client came back with a ticket.
  bool resumed() const;

 private:
  Result<void> wait(int code, Deadline deadline, const char* what);
  ssl_st* session_;
  int fd_;
  std::shared_ptr<const Certificate> peer_;
};

/// PEM texts.
struct TlsFiles {
  std::string chain;               // the server's certificate first, then what leads to the root
  std::string key;                 // not encrypted
  std::string client_authorities;  // empty: clients need no certificate
};

/// TLS 1.3 and 1.2, ALPN http/1.1, tickets for resumption. With client authorities each client has
/// to show a certificate for client authentication that one of them issued. Thread-safe.
class TlsServer {
 public:
  /// malformed: no certificate, or an authority that is none; unsupported: an encrypted key, or of
  /// another kind than certificates for TLS have; mismatch: a key of another certificate; expired:
  /// not valid at `now`; usage: a certificate that is not for servers.
  static Result<std::shared_ptr<TlsServer>> make(const TlsFiles& files, Timestamp now);
  /// For connections that begin from now on. After an error everything stays as it was.
  Result<void> replace(const TlsFiles& files, Timestamp now);

  /// What new connections are shown.
  Certificate certificate() const;
  /// `fd` is not blocking, and outlives what is returned.
  Result<std::unique_ptr<TlsConnection>> accept(int fd) const;

 private:
  struct Identity {
    std::shared_ptr<ssl_ctx_st> context;
    Certificate certificate;
  };
  explicit TlsServer(Identity identity) : identity_(std::move(identity)) {}
  static Result<Identity> identity_of(const TlsFiles& files, Timestamp now);
  Identity current() const;

  mutable std::mutex mutex_;
  Identity identity_;
};

}  // namespace mpk::crypto
