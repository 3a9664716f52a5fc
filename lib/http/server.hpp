// Server: cpp-httplib wrapped once, for the sandbox (and later the OIDC listener and admission).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

#include <functional>
#include <memory>
#include <string>

namespace mpk::http {

struct ServerRequest {
  std::string method;
  std::string path;   // percent-decoded by the library
  std::string query;  // raw, without '?'
  Headers headers;
  /// Query parameter, decoded.
  std::optional<std::string> parameter(std::string_view name) const;
  /// Streams the body; each piece is valid during the call. Returns false when the client broke
  /// off. What a handler does not read is drained afterwards, so the connection stays usable.
  std::function<bool(const std::function<bool(BytesView)>&)> read_body;
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

/// Many threads, each connection kept alive; TCP_NODELAY; backlog 1024 (cpp-httplib's defaults cost
/// 44 ms a request and refuse bursts).
class Server {
 public:
  using Handler = std::function<ServerResponse(const ServerRequest&)>;
  /// Binds 127.0.0.1:`port` (0: any) and serves every request by `handler`, on `threads` threads.
  /// An exception in it becomes a 500.
  static Result<std::unique_ptr<Server>> start(std::uint16_t port, Handler handler,
                                               unsigned threads = 64);
  virtual ~Server() = default;  // stops and joins
  virtual std::uint16_t port() const = 0;
};

}  // namespace mpk::http
