// The server, spoken to by our own transport.
#include "http/server.hpp"

#include "http/transport.hpp"
#include "testing/http_bodies.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <ostream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace mpk::http {
namespace {

struct Bench {
  explicit Bench(Server::Handler handler, unsigned threads = 16)
      : server(Server::start(0, std::move(handler), threads).value()),
        transport(make_curl_transport({})) {}
  Request request(const std::string& method, const std::string& target) const {
    Request made;
    made.method = method;
    made.url = Url::parse("http://127.0.0.1:" + std::to_string(server->port()) + target).value();
    return made;
  }
  Response send(const std::string& method, const std::string& target, Headers headers = {}) {
    auto made = request(method, target);
    made.headers = std::move(headers);
    return transport->send(made).value();
  }
  std::unique_ptr<Server> server;
  std::unique_ptr<Transport> transport;
};

TEST_CASE("every method reaches the handler with its path decoded and its query raw") {
  Bench bench([](const ServerRequest& request) {
    ServerResponse response;
    response.headers.set("X-Seen", request.method + " " + request.path + " " + request.query);
    return response;
  });
  for (const auto* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    CAPTURE(method);
    const auto response = bench.send(method, "/v2/a%2Fb%20c?digest=sha256%3Aab&x=a+b");
    CHECK(response.status == 200);
    CHECK(response.headers.get("X-Seen") ==
          std::string(method) + " /v2/a/b c digest=sha256%3Aab&x=a+b");
  }
}

TEST_CASE("the longest path that the library takes does not hurt its regular expression") {
  Bench bench([](const ServerRequest& request) {
    ServerResponse response;
    response.body = std::to_string(request.path.size());
    return response;
  });
  const std::string path = "/" + std::string(8000, 'a') + "%0a" + std::string(100, 'b');
  CHECK(bench.send("PUT", path).body == "8102");
  CHECK(bench.send("GET", path).body == "8102");
}

TEST_CASE("query parameters are decoded, absent and empty ones differ") {
  ServerRequest request;
  request.query = "a=1&b=x+y%2Bz&empty=&bare&a=2&%61b=c";
  CHECK(request.parameter("a") == "1");
  CHECK(request.parameter("b") == "x y+z");
  CHECK(request.parameter("empty") == "");
  CHECK(request.parameter("bare") == "");
  CHECK(request.parameter("ab") == "c");
  CHECK_FALSE(request.parameter("c").has_value());
}

TEST_CASE("a body is read up to its cap, and one byte more is too large") {
  Bench bench([](const ServerRequest& request) {
    ServerResponse response;
    const auto body = request.body(10);
    response.status = body ? 200 : 413;
    response.body = body ? *body : std::string(to_string(body.error().kind()));
    return response;
  });
  for (const bool chunked : {false, true}) {
    CAPTURE(chunked);
    testing::PatternSource fits(10, !chunked);
    testing::PatternSource over(11, !chunked);
    auto request = bench.request("POST", "/");
    request.body = &fits;
    CHECK(bench.transport->send(request).value().body.size() == 10);
    request.body = &over;
    const auto refused = bench.transport->send(request).value();
    CHECK(refused.status == 413);
    CHECK(refused.body == "too_large");
  }
}

TEST_CASE("what a handler leaves unread is drained, also of a form that the library would parse") {
  std::atomic<int> calls{0};
  Bench bench([&](const ServerRequest& request) {
    ++calls;
    ServerResponse response;
    response.status = request.method == "PUT" ? 401 : 200;
    response.body = request.headers.get("Content-Type").value_or("none");
    return response;
  });
  testing::PatternSource body(3'000'000);
  auto request = bench.request("PUT", "/");
  request.body = &body;
  request.headers.set("Content-Type", "multipart/form-data; boundary=x");
  const auto refused = bench.transport->send(request).value();
  CHECK(refused.status == 401);
  CHECK(refused.body == "multipart/form-data; boundary=x");
  CHECK(bench.send("GET", "/").status == 200);
  CHECK(calls == 2);
}

TEST_CASE("a stream is sent whole, in ranges, and announced by HEAD") {
  Bench bench([](const ServerRequest& request) {
    ServerResponse response;
    response.content_type = "application/octet-stream";
    response.headers.set("X-Path", request.path);
    response.stream_size = request.path == "/empty" ? 0 : 1'000'000;
    response.stream = [](std::uint64_t offset, std::uint64_t length, const auto& write) {
      Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(length, 70'000)));
      for (std::size_t i = 0; i < piece.size(); ++i) piece[i] = testing::pattern_byte(offset + i);
      return write(piece);
    };
    return response;
  });
  testing::PatternSink sink;
  auto request = bench.request("GET", "/");
  request.sink = &sink;
  CHECK(bench.transport->send(request).value().headers.get("Content-Type") ==
        "application/octet-stream");
  CHECK(sink.size == 1'000'000);
  CHECK(sink.matches);
  const auto head = bench.send("HEAD", "/");
  CHECK(head.headers.get("Content-Length") == "1000000");
  CHECK(head.body.empty());
  CHECK(bench.send("GET", "/empty").headers.get("Content-Length") == "0");

  struct Row {
    const char* range;
    int status;
    const char* content_range;
    std::size_t size;
  };
  for (const auto& row : {Row{"bytes=10-19", 206, "bytes 10-19/1000000", 10},
                          Row{"bytes=999990-", 206, "bytes 999990-999999/1000000", 10},
                          Row{"bytes=-5", 206, "bytes 999995-999999/1000000", 5},
                          Row{"bytes=0-9999999", 206, "bytes 0-999999/1000000", 1'000'000},
                          Row{"bytes=1000000-", 416, "bytes */1000000", 0},
                          Row{"bytes=0-1,5-6", 200, nullptr, 1'000'000}}) {
    CAPTURE(row.range);
    const auto response = bench.send("GET", "/", {{"Range", row.range}});
    CHECK(response.status == row.status);
    CHECK(response.headers.get("Content-Range").value_or("") ==
          (row.content_range == nullptr ? "" : row.content_range));
    CHECK(response.body.size() == row.size);
  }
  const auto part = bench.send("GET", "/", {{"Range", "bytes=777-999"}});
  CHECK(static_cast<std::uint8_t>(part.body[0]) == testing::pattern_byte(777));
}

TEST_CASE("answers go out as the handler made them") {
  Bench bench([](const ServerRequest& request) {
    ServerResponse response;
    if (request.method == "HEAD") {
      response.headers = {{"Content-Length", "12345"}, {"Content-Type", "a/b"}};
    } else {
      response.headers = {{"Link", "1"}, {"Link", "2"}, {"Content-Type", "application/json"}};
      response.body = std::string(5000, '{');
    }
    return response;
  });
  const auto got = bench.send("GET", "/", {{"Accept-Encoding", "gzip"}});
  CHECK(got.body.size() == 5000);
  CHECK_FALSE(got.headers.get("Content-Encoding").has_value());
  CHECK(got.headers.all("Content-Type") == std::vector<std::string>{"application/json"});
  CHECK(got.headers.all("Link").size() == 2);
  const auto head = bench.send("HEAD", "/");
  CHECK(head.headers.all("Content-Length") == std::vector<std::string>{"12345"});
  CHECK(head.headers.get("Content-Type") == "a/b");
}

TEST_CASE("an exception of the handler is a 500 and the server lives on") {
  std::atomic<bool> thrown{false};
  Bench bench([&](const ServerRequest&) {
    if (!thrown.exchange(true)) throw std::runtime_error("made to fail");
    return ServerResponse{};
  });
  auto request = bench.request("GET", "/");
  request.no_retry = {500};
  const auto response = bench.transport->send(request).value();
  CHECK(response.status == 500);
  CHECK(response.body == "made to fail");
  CHECK(bench.send("GET", "/").status == 200);
}

TEST_CASE("a port in use is an error, and free again afterwards") {
  const auto handler = [](const ServerRequest&) { return ServerResponse{}; };
  auto first = Server::start(0, handler, 1).value();
  const auto port = first->port();
  const auto second = Server::start(port, handler, 1);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().kind() == ErrorKind::io);
  first.reset();
  CHECK(Server::start(port, handler, 1).value()->port() == port);
}

TEST_CASE("starting a server leaves the process's SIGPIPE alone") {
  struct sigaction before{};
  sigaction(SIGPIPE, nullptr, &before);
  const auto server = Server::start(0, [](const ServerRequest&) { return ServerResponse{}; }, 1);
  REQUIRE(server.has_value());
  struct sigaction after{};
  sigaction(SIGPIPE, nullptr, &after);
  const bool unchanged = after.sa_handler == before.sa_handler;
  CHECK(unchanged);
}

TEST_CASE("many requests at once are all answered") {
  std::atomic<int> calls{0};
  Bench bench(
      [&](const ServerRequest&) {
        ++calls;
        return ServerResponse{};
      },
      32);
  std::atomic<int> good{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 24; ++i) {
    clients.emplace_back([&] {
      for (int n = 0; n < 10; ++n) good += bench.send("GET", "/").status == 200 ? 1 : 0;
    });
  }
  for (auto& client : clients) client.join();
  CHECK(good == 240);
  CHECK(calls == 240);
}

}  // namespace
}  // namespace mpk::http
