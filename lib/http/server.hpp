// Server: cpp-httplib wrapped once, for the sandbox, the OIDC listener and admission.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace mpk::crypto {
class Certificate;
class TlsServer;
}  // namespace mpk::crypto

namespace mpk::http {

struct ServerRequest {
  std::string method;
  std::string path;   // percent-decoded by the library
  std::string query;  // raw, without '?'
  Headers headers;
  std::string client;                             // the peer's address, without its port
  std::chrono::steady_clock::time_point arrived;  // when its first byte came
  /// The client's, verified. Null: the server asks for none.
  std::shared_ptr<const crypto::Certificate> certificate;
  /// Query parameter, decoded.
  std::optional<std::string> parameter(std::string_view name) const;
  /// Streams the body; each piece is valid during the call. What a handler does not read is drained
  /// afterwards, so the connection stays usable. network: the client broke off; timeout: it was
  /// slower than the body's deadline; malformed: chunks that are none; cancelled: `consume` wants
  /// no more.
  std::function<Result<void>(const std::function<bool(BytesView)>& consume)> read_body;
  /// The whole body. too_large over `cap`.
  Result<std::string> body(std::size_t cap) const;
};

struct ServerResponse {
  int status = 200;
  Headers headers;
  std::string body;
  std::string content_type = "application/json";
  /// Streams `stream_size` bytes instead of `body`: called with (offset, length) until all is
  /// written, writes what it can; false closes the connection. Of an answer 200 to a GET with one
  /// Range, only that range is sent (206, 416), from `stream` or `body`.
  std::uint64_t stream_size = 0;
  std::function<bool(std::uint64_t offset, std::uint64_t length,
                     const std::function<bool(BytesView)>& write)>
      stream;
};

/// Each deadline is a point in time: a byte now and then does not move it. A connection that misses
/// one is closed.
struct ServerOptions {
  std::string address = "127.0.0.1";  // IPv4 or IPv6; "0.0.0.0": any, "::": any of both kinds
  std::uint16_t port = 0;             // 0: any
  /// At a time; each has a thread, started when it is first needed. With all in use, one that is
  /// idle (between two requests, or after a second without its first one, hands not shaken) is
  /// closed for a new one: of those without a request the oldest, else the one idle longest. If
  /// none is idle, the new one is.
  std::size_t connections = 64;
  /// Of them from one address, which only makes room among its own then. 0: all of them.
  std::size_t connections_of_client = 0;
  /// To the end of a request's header from its first byte, or, of the first request, from the
  /// beginning of the connection, TLS handshake included.
  std::chrono::milliseconds header_deadline{10'000};
  std::chrono::milliseconds body_deadline{30'000};   // from the header's end to the body's
  std::chrono::milliseconds write_deadline{30'000};  // of one answer, from its first byte
  std::chrono::milliseconds idle{120'000};           // between two requests; Go's clients: 90 s
  std::shared_ptr<crypto::TlsServer> tls;            // null: plain
};

/// Of a server since it was started.
struct ServerStats {
  std::uint64_t open = 0;               // connections now
  std::uint64_t accepted = 0;           // connections, refused ones included
  std::uint64_t requests = 0;           // that reached the handler
  std::uint64_t refused = 0;            // closed at once: all others were busy
  std::uint64_t evicted = 0;            // closed while idle, for a new one
  std::uint64_t timed_out = 0;          // header, body or answer missed its deadline
  std::uint64_t handshakes_failed = 0;  // of TLS; not for lack of time
};

/// A thread for each connection, kept alive; TCP_NODELAY; backlog 1024.
class Server {
 public:
  using Handler = std::function<ServerResponse(const ServerRequest&)>;
  /// Serves every request by `handler`. An exception in it becomes a 500. usage: the address is no
  /// IP address; io: it can't be listened on.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);
  /// On 127.0.0.1, with an hour for each body and answer: for tests and for one's own programs.
  static Result<std::unique_ptr<Server>> start(std::uint16_t port, Handler handler,
                                               unsigned connections = 64);
  /// Ends idle connections, lets handlers end and their answers be sent for a moment.
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  /// From now on each answer says `Connection: close`: who comes again connects anew, elsewhere if
  /// he has been told of another server, and finds no connection that drain() is closing.
  /// Thread-safe.
  virtual void leave() = 0;
  /// Accepts no more, closes idle connections and lets requests in flight end; their answers say
  /// `Connection: close`. What takes longer than `at_most` is cut. Thread-safe.
  virtual void drain(std::chrono::milliseconds at_most) = 0;
  virtual ServerStats stats() const = 0;  // thread-safe
};

}  // namespace mpk::http
