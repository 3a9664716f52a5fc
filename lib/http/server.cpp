// Server on cpp-httplib, which parses requests and writes answers. The only file that includes it.
#include "http/server.hpp"

#include "base/text.hpp"
#include "crypto/tls_server.hpp"
#include "http/httplib_library.hpp"
#include "http/server_body.hpp"
#include "http/server_head.hpp"
#include "http/server_link.hpp"
#include "http/server_listen.hpp"
#include "http/server_pool.hpp"

#include <httplib.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace mpk::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kGoodBye{500};  // for a client to take the answer to what was refused

struct Range {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// RFC 9110 §14.2, one range of a body of `size` bytes; several are answered as none, which is
/// allowed. Nothing: not a range to honour. A length of 0: not satisfiable.
std::optional<Range> parse_range(std::string_view text, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!text.starts_with(kUnit) || text.find(',') != std::string_view::npos) return std::nullopt;
  text.remove_prefix(kUnit.size());
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_u64(text.substr(0, dash));
  const auto last = parse_u64(text.substr(dash + 1));
  if (dash == 0) {  // the last N bytes
    if (!last) return std::nullopt;
    const auto count = std::min(*last, size);
    return Range{size - count, count};
  }
  if (!first || (!last && dash + 1 != text.size()) || (last && *last < *first)) return std::nullopt;
  if (*first >= size) return Range{};
  const auto end = last ? std::min(*last, size - 1) : size - 1;
  return Range{*first, end - *first + 1};
}

/// The library adds these to what the client sent.
bool is_synthetic(std::string_view name) {
  return name == "REMOTE_ADDR" || name == "REMOTE_PORT" || name == "LOCAL_ADDR" ||
         name == "LOCAL_PORT";
}

/// httplib would compress answers on its own. The request is its local variable, const only in the
/// handler's signature.
void disarm(const httplib::Request& request) {
  const_cast<httplib::Request&>(request).headers.erase("Accept-Encoding");
}

/// One request while it is answered; the library hands no context through.
struct Exchange {
  Link& link;
  const ServerOptions& options;
  const Seat& seat;
  steady_clock::time_point arrived;
  std::optional<std::string> range;
  bool understood = false;  // by the library, which answers what it does not understand
  bool keep = false;        // the connection, as far as the client is concerned
  bool broken = false;      // the body did not end where it should
};

thread_local Exchange* current = nullptr;

/// The bytes of a header that was read as a whole; what is written goes to the link.
class HeadStream final : public httplib::Stream {
 public:
  HeadStream(std::string_view head, Exchange& exchange) : rest_(head), exchange_(exchange) {}
  bool is_readable() const override { return !rest_.empty(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* into, size_t size) override {
    const auto piece = rest_.substr(0, size);
    std::copy(piece.begin(), piece.end(), into);
    rest_.remove_prefix(piece.size());
    return piece.empty() ? -1 : static_cast<ssize_t>(piece.size());
  }
  ssize_t write(const char* data, size_t size) override {
    const auto sent = exchange_.link.put(as_bytes({data, size}));
    return sent ? static_cast<ssize_t>(size) : -1;
  }
  // The library makes headers of these; ServerRequest::client is the seat's.
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  // It only asks whether select(2) could take it.
  socket_t socket() const override { return 0; }

 private:
  std::string_view rest_;
  Exchange& exchange_;
};

ServerRequest make_request(const httplib::Request& request, const Exchange& exchange) {
  ServerRequest made;
  made.method = request.method;
  made.path = request.path;
  if (const auto mark = request.target.find('?'); mark != std::string::npos) {
    made.query = request.target.substr(mark + 1);
  }
  for (const auto& [name, value] : request.headers) {
    if (!is_synthetic(name)) made.headers.add(name, value);
  }
  if (exchange.range) made.headers.add("Range", *exchange.range);
  made.client = exchange.seat.client();
  made.arrived = exchange.arrived;
  if (const auto* tls = exchange.link.tls()) made.certificate = tls->peer();
  return made;
}

/// RFC 9112 §9.3.
bool wants_to_stay(const httplib::Request& request) {
  bool stays = request.version == "HTTP/1.1";
  const auto [begin, end] = request.headers.equal_range("Connection");
  for (auto field = begin; field != end; ++field) {
    for (const auto option : split(field->second, ',')) {
      if (iequals_ascii(trim(option), "close")) return false;
      stays = stays || iequals_ascii(trim(option), "keep-alive");
    }
  }
  return stays;
}

void put_stream(httplib::Response& out, const std::shared_ptr<const ServerResponse>& response,
                const Range& range, const std::string& type) {
  out.set_content_provider(
      static_cast<std::size_t>(range.length), type,
      [response, range](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
        return response->stream(range.offset + offset, length, [&](BytesView bytes) {
          return sink.write(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        });
      });
}

void put_headers(const ServerRequest& request, const ServerResponse& response, bool has_content,
                 httplib::Response& out) {
  for (const auto& [name, value] : response.headers.list()) {
    // The library writes these two itself once there is content. A HEAD may announce the length of
    // what it does not have at hand.
    if (iequals_ascii(name, "Content-Type") && has_content) continue;
    if (iequals_ascii(name, "Content-Length") && (has_content || request.method != "HEAD"))
      continue;
    out.set_header(name, value);
  }
}

std::string content_range(const Range& part, std::uint64_t size) {
  if (part.length == 0) return "bytes */" + std::to_string(size);
  return "bytes " + std::to_string(part.offset) + "-" +
         std::to_string(part.offset + part.length - 1) + "/" + std::to_string(size);
}

void put_response(const ServerRequest& request, ServerResponse made, httplib::Response& out) {
  const auto response = std::make_shared<const ServerResponse>(std::move(made));
  const bool streamed = static_cast<bool>(response->stream);
  const std::uint64_t size = streamed ? response->stream_size : response->body.size();
  out.status = response->status;
  put_headers(request, *response, size > 0, out);
  Range range{0, size};
  const auto wanted = request.headers.get("Range");
  if (wanted && response->status == 200 && request.method == "GET" && size > 0) {
    if (const auto part = parse_range(*wanted, size)) {
      range = *part;
      out.status = part->length == 0 ? 416 : 206;
      out.set_header("Content-Range", content_range(*part, size));
    }
  }
  if (range.length == 0) return;
  const auto type = response->headers.get("Content-Type").value_or(response->content_type);
  if (streamed) {
    put_stream(out, response, range, type);
  } else {
    out.set_content(response->body.substr(range.offset, range.length), type);
  }
}

/// The library's parser and writer, without its sockets and threads.
class Protocol final : public httplib::Server {
 public:
  // Streams end when the library believes that its socket is closed.
  Protocol() { svr_sock_ = 0; }
  bool answer(HeadStream& stream, Exchange& exchange) {
    bool unused = false;  // wants_to_stay() knows better
    // Told to close it writes no Keep-Alive, by a stringstream; settle() takes its word back.
    return process_request(stream, true, unused, [&exchange](httplib::Request& request) {
      exchange.understood = true;
      exchange.keep = wants_to_stay(request);
    });
  }
};

class HttplibServer final : public Server {
 public:
  HttplibServer(ServerOptions options, Handler handler)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        protocol_(make_protocol()),
        pool_(std::max<std::size_t>(options_.connections, 1), options_.connections_of_client,
              [this](Seat& seat) { talk(seat); }) {}

  Result<void> start() {
    auto socket = TRY(listen_on(options_.address, options_.port));
    port_ = socket.port;
    return pool_.start(std::move(socket));
  }

  std::uint16_t port() const override { return port_; }
  void leave() override { pool_.leave(); }
  void drain(milliseconds at_most) override { pool_.drain(at_most); }
  ServerStats stats() const override {
    const auto& counted = pool_.counters;
    return {.open = pool_.open(),
            .accepted = counted.accepted,
            .requests = counted.requests,
            .refused = counted.refused,
            .evicted = counted.evicted,
            .timed_out = counted.timed_out,
            .handshakes_failed = counted.handshakes_failed};
  }

 private:
  std::unique_ptr<Protocol> make_protocol() {
    // The library's constructor ignores SIGPIPE for the whole process, and children would inherit
    // it.
    struct sigaction before{};
    sigaction(SIGPIPE, nullptr, &before);
    auto protocol = std::make_unique<Protocol>();
    sigaction(SIGPIPE, &before, nullptr);
    // All is handled before the library's routing, which is by std::regex.
    protocol->set_pre_routing_handler([this](const auto& request, auto& response) {
      serve(request, response, *current);
      return httplib::Server::HandlerResponse::Handled;
    });
    protocol->set_post_routing_handler(
        [this](const auto& request, auto& response) { settle(request, response, *current); });
    return protocol;
  }

  void talk(Seat& seat) {
    std::unique_ptr<crypto::TlsConnection> tls;
    if (options_.tls) {
      auto made = options_.tls->accept(seat.fd());
      if (!made) return;
      tls = made.take();
    }
    Link link(seat.fd(), std::move(tls));
    auto header_end = seat.accepted() + options_.header_deadline;
    if (link.tls() != nullptr && !shake_hands(seat, *link.tls(), header_end)) return;
    auto wait_end = header_end;
    while (await_request(seat, link, wait_end)) {
      const auto arrived = steady_clock::now();
      if (seat.requests++ > 0) header_end = arrived + options_.header_deadline;
      if (!take_request(link, header_end, seat, arrived)) return;
      link.rest();
      wait_end = steady_clock::now() + options_.idle;
    }
    link.close();
  }

  bool shake_hands(Seat& seat, crypto::TlsConnection& tls, steady_clock::time_point end) {
    if (!pool_.begin_handshake(seat)) return false;
    const auto shaken = tls.handshake(end);
    if (!pool_.end_handshake(seat)) return false;
    if (shaken) return true;
    const bool late = shaken.error().kind() == ErrorKind::timeout;
    ++(late ? pool_.counters.timed_out : pool_.counters.handshakes_failed);
    return false;
  }

  bool await_request(Seat& seat, Link& link, steady_clock::time_point end) {
    if (!link.buffered().empty()) return true;
    if (!pool_.begin_wait(seat)) return false;
    const bool came = link.wait(end);
    if (!came && seat.requests == 0) ++pool_.counters.timed_out;
    return pool_.end_wait(seat) && came;
  }

  /// False: the connection is over.
  bool take_request(Link& link, steady_clock::time_point header_end, Seat& seat,
                    steady_clock::time_point arrived) {
    auto head = read_head(link, header_end);
    link.write_by(steady_clock::now() + options_.write_deadline);
    if (!head) {
      refuse(link, head.error());
      return false;
    }
    Exchange exchange{link, options_, seat, arrived, take_range(*head)};
    HeadStream stream(*head, exchange);
    current = &exchange;
    const bool answered = protocol_->answer(stream, exchange);
    current = nullptr;
    const auto sent = link.flush();
    if (!sent && sent.error().kind() == ErrorKind::timeout) ++pool_.counters.timed_out;
    if (answered && sent && exchange.keep) return true;
    if (sent && (exchange.broken || !exchange.understood)) {
      link.close_gently(steady_clock::now() + kGoodBye);
    } else {
      link.close();
    }
    return false;
  }

  void refuse(Link& link, const Error& error) {
    if (error.kind() == ErrorKind::timeout) ++pool_.counters.timed_out;
    if (error.kind() != ErrorKind::too_large && error.kind() != ErrorKind::malformed) return;
    const std::string status = error.kind() == ErrorKind::too_large
                                   ? "431 Request Header Fields Too Large"
                                   : "400 Bad Request";
    const auto text = "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    if (link.put(as_bytes(text)) && link.flush()) {
      link.close_gently(steady_clock::now() + kGoodBye);
    }
  }

  void serve(const httplib::Request& request, httplib::Response& out, Exchange& exchange) {
    ServerRequest made = make_request(request, exchange);
    disarm(request);
    auto body =
        RequestBody::of(made.headers, exchange.link, steady_clock::now() + options_.body_deadline);
    if (!body) {
      exchange.broken = true;
      out.status = body.error().kind() == ErrorKind::unsupported ? 501 : 400;
      return;
    }
    made.read_body = [&body](const std::function<bool(BytesView)>& consume) {
      return body->read(consume);
    };
    ++pool_.counters.requests;
    ServerResponse response;
    try {
      response = handler_(made);
    } catch (const std::exception& e) {
      response = {};
      response.status = 500;
      response.content_type = "text/plain";
      response.body = e.what();
    }
    exchange.broken = !body->drain();
    if (body->is_late()) ++pool_.counters.timed_out;
    put_response(made, std::move(response), out);
  }

  /// When all is known but nothing written.
  void settle(const httplib::Request& request, httplib::Response& out, Exchange& exchange) {
    exchange.keep = exchange.keep && !exchange.broken && !pool_.answers_are_last();
    exchange.link.write_by(steady_clock::now() + options_.write_deadline);
    if (!exchange.keep) return;
    out.headers.erase("Connection");
    if (request.version == "HTTP/1.0") out.set_header("Connection", "keep-alive");
  }

  const ServerOptions options_;
  const Handler handler_;
  const std::unique_ptr<Protocol> protocol_;
  std::uint16_t port_ = 0;
  ConnectionPool pool_;  // last: its threads use the others
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  TRY(load_httplib());
  try {
    auto server = std::make_unique<HttplibServer>(std::move(options), std::move(handler));
    TRY(server->start());
    return std::unique_ptr<Server>(std::move(server));
  } catch (const std::exception& e) {
    return Error(ErrorKind::io, std::string("HTTP server: ") + e.what());
  }
}

Result<std::unique_ptr<Server>> Server::start(std::uint16_t port, Handler handler,
                                              unsigned connections) {
  constexpr std::chrono::hours kLong{1};
  ServerOptions options;
  options.port = port;
  options.connections = connections;
  options.header_deadline = std::chrono::minutes(1);
  options.body_deadline = options.write_deadline = kLong;
  return start(std::move(options), std::move(handler));
}

}  // namespace mpk::http
