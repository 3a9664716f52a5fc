// Server on cpp-httplib. The only file that includes it.
#include "http/server.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "http/httplib_library.hpp"

#include <httplib.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace mpk::http {
namespace {

constexpr int kBacklog = 1024;                 // compiled in: 5, which refuses bursts
constexpr std::size_t kKeepAlive = 1'000'000;  // requests a connection; the default closes after 5
constexpr time_t kIdleSeconds = 1;  // an idle connection pins a thread, and stop() waits for it
constexpr time_t kIoSeconds = 60;

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

/// httplib would slice by Range (wrongly beyond the end), compress answers, decode bodies and take
/// multipart forms apart, all on its own. The request is its local variable, const only in the
/// handler's signature; hiding these from it leaves each decision to us.
void disarm(const httplib::Request& request) {
  auto& mutable_request = const_cast<httplib::Request&>(request);
  mutable_request.ranges.clear();
  for (const auto* name : {"Accept-Encoding", "Content-Encoding", "Content-Type"}) {
    mutable_request.headers.erase(name);
  }
}

ServerRequest make_request(const httplib::Request& request) {
  ServerRequest made;
  made.method = request.method;
  made.path = request.path;
  if (const auto mark = request.target.find('?'); mark != std::string::npos) {
    made.query = request.target.substr(mark + 1);
  }
  for (const auto& [name, value] : request.headers) {
    if (!is_synthetic(name)) made.headers.add(name, value);
  }
  return made;
}

/// Streams the body to the handler's consumer and swallows what that does not want, so that the
/// next request of the connection starts where it should.
class BodyReader {
 public:
  BodyReader(const httplib::Request& request, const httplib::ContentReader* reader)
      : reader_(reader),
        // Without either the library would read until the client closes (RFC 9112 §6.3: no body).
        present_(reader != nullptr && (request.has_header("Content-Length") ||
                                       request.has_header("Transfer-Encoding"))) {}

  bool read(const std::function<bool(BytesView)>& consume) {
    if (std::exchange(started_, true) || !present_) return intact_;
    bool wanted = true;
    bool accepted = true;
    intact_ = (*reader_)([&](const char* data, std::size_t size) {
      if (wanted) accepted = wanted = consume(as_bytes({data, size}));
      return true;
    });
    return intact_ && accepted;
  }

  void drain() {
    read([](BytesView) { return false; });
  }

 private:
  const httplib::ContentReader* reader_;
  bool present_;
  bool started_ = false;
  bool intact_ = true;
};

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

/// Makes the protected socket reachable: the backlog can only be changed by listening again.
class Listener final : public httplib::Server {
 public:
  bool widen_backlog() { return ::listen(svr_sock_, kBacklog) == 0; }
};

class HttplibServer final : public Server {
 public:
  explicit HttplibServer(Handler handler) : handler_(std::move(handler)) {}
  HttplibServer(const HttplibServer&) = delete;
  HttplibServer& operator=(const HttplibServer&) = delete;
  ~HttplibServer() override {
    listener_->stop();
    if (thread_.joinable()) thread_.join();
  }

  Result<void> start(std::uint16_t port, unsigned threads) {
    make_listener(threads);
    const int bound = port == 0 ? listener_->bind_to_any_port("127.0.0.1")
                                : (listener_->bind_to_port("127.0.0.1", port) ? port : -1);
    if (bound <= 0 || !listener_->widen_backlog()) {
      return Error(ErrorKind::io, "127.0.0.1:" + std::to_string(port) + ": can't listen: " +
                                      lower_ascii(std::generic_category().message(errno)));
    }
    port_ = static_cast<std::uint16_t>(bound);
    thread_ = std::thread([this] {
      // Inherited by the pool: no signal interrupts a handler, a closed peer's SIGPIPE kills
      // nobody.
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, nullptr);
      listener_->listen_after_bind();
    });
    while (!listener_->is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return {};
  }

  std::uint16_t port() const override { return port_; }

 private:
  void make_listener(unsigned threads) {
    // The library's constructor ignores SIGPIPE for the whole process, and children would inherit
    // it.
    struct sigaction before{};
    sigaction(SIGPIPE, nullptr, &before);
    listener_ = std::make_unique<Listener>();
    sigaction(SIGPIPE, &before, nullptr);

    listener_->new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
    listener_->set_tcp_nodelay(true);
    listener_->set_keep_alive_max_count(kKeepAlive);
    listener_->set_keep_alive_timeout(kIdleSeconds);
    listener_->set_read_timeout(kIoSeconds);
    listener_->set_write_timeout(kIoSeconds);
    // The default is SO_REUSEPORT, with which a second server on the same port takes half the
    // calls.
    listener_->set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });

    // Methods without a body never meet the library's std::regex routing.
    listener_->set_pre_routing_handler([this](const auto& request, auto& response) {
      const bool body = request.method == "POST" || request.method == "PUT" ||
                        request.method == "PATCH" || request.method == "DELETE";
      if (body) return httplib::Server::HandlerResponse::Unhandled;
      serve(request, response, nullptr);
      return httplib::Server::HandlerResponse::Handled;
    });
    const httplib::Server::HandlerWithContentReader with_body =
        [this](const httplib::Request& request, httplib::Response& response,
               const httplib::ContentReader& reader) { serve(request, response, &reader); };
    const std::string any = "[^]*";
    listener_->Post(any, with_body);
    listener_->Put(any, with_body);
    listener_->Patch(any, with_body);
    listener_->Delete(any, with_body);
  }

  void serve(const httplib::Request& request, httplib::Response& out,
             const httplib::ContentReader* reader) {
    ServerRequest made = make_request(request);
    disarm(request);
    BodyReader body(request, reader);
    made.read_body = [&body](const std::function<bool(BytesView)>& consume) {
      return body.read(consume);
    };
    ServerResponse response;
    try {
      response = handler_(made);
    } catch (const std::exception& e) {
      response = {};
      response.status = 500;
      response.content_type = "text/plain";
      response.body = e.what();
    }
    body.drain();
    put_response(made, std::move(response), out);
  }

  Handler handler_;
  std::unique_ptr<Listener> listener_;
  std::thread thread_;
  std::uint16_t port_ = 0;
};

}  // namespace

std::optional<std::string> ServerRequest::parameter(std::string_view name) const {
  for (const auto field : split(query, '&')) {
    const auto equals = field.find('=');
    const auto decode = [](std::string_view text) {
      std::string spaced(text);  // application/x-www-form-urlencoded
      std::replace(spaced.begin(), spaced.end(), '+', ' ');
      return percent_decode(spaced).value_or(spaced);
    };
    if (decode(field.substr(0, equals)) != name) continue;
    return equals == std::string_view::npos ? "" : decode(field.substr(equals + 1));
  }
  return std::nullopt;
}

Result<std::string> ServerRequest::body(std::size_t cap) const {
  std::string text;
  bool over = false;
  const bool complete = read_body([&](BytesView bytes) {
    over = bytes.size() > cap - text.size();
    if (!over) text.append(as_text(bytes));
    return !over;
  });
  if (over) {
    return Error(ErrorKind::too_large, "request body: over " + std::to_string(cap) + " bytes");
  }
  if (!complete) return Error(ErrorKind::network, "request body: the client broke off");
  return text;
}

Result<std::unique_ptr<Server>> Server::start(std::uint16_t port, Handler handler,
                                              unsigned threads) {
  TRY(load_httplib());
  auto server = std::make_unique<HttplibServer>(std::move(handler));
  try {
    TRY(server->start(port, threads));
  } catch (const std::exception& e) {
    return Error(ErrorKind::io, std::string("HTTP server: ") + e.what());
  }
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace mpk::http
