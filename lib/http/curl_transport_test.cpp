// The transport against a server in this process.
#include "base/limits.hpp"
#include "http/server.hpp"
#include "http/transport.hpp"
#include "testing/http_bodies.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <ostream>
#include <thread>
#include <vector>

namespace mpk::http {
namespace {

using testing::PatternSink;
using testing::PatternSource;

constexpr std::uint64_t kMega = 1'000'000;

ServerResponse pattern_answer(std::uint64_t size) {
  ServerResponse response;
  response.stream_size = size;
  response.stream = [](std::uint64_t offset, std::uint64_t length, const auto& write) {
    Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(length, 100'000)));
    for (std::size_t i = 0; i < piece.size(); ++i) piece[i] = testing::pattern_byte(offset + i);
    return write(piece);
  };
  return response;
}

/// Reads the body and tells in the answer's header how many bytes of the pattern came.
ServerResponse count_body(const ServerRequest& request) {
  std::uint64_t size = 0;
  bool good = true;
  const auto whole = request.read_body([&](BytesView bytes) {
    for (const auto byte : bytes) good = good && byte == testing::pattern_byte(size++);
    return true;
  });
  ServerResponse response;
  response.status = 201;
  response.body = std::to_string(size) + (good && whole ? "" : " damaged");
  return response;
}

struct Bench {
  explicit Bench(Server::Handler handler, TransportOptions options = {})
      : server(Server::start(0, std::move(handler)).value()) {
    options.stats = &stats;
    transport = make_curl_transport(std::move(options));
  }
  Request request(const std::string& method, const std::string& target = "/") const {
    Request made;
    made.method = method;
    made.url = Url::parse(base() + target).value();
    return made;
  }
  std::string base() const { return "http://127.0.0.1:" + std::to_string(server->port()); }
  Stats stats;
  std::unique_ptr<Server> server;
  std::unique_ptr<Transport> transport;
};

TEST_CASE("a large body is streamed with known and with unknown size") {
  std::vector<std::string> framing;
  Bench bench([&](const ServerRequest& request) {
    framing.push_back(request.headers.get("Content-Length").value_or("chunked"));
    return count_body(request);
  });
  for (const bool known : {true, false}) {
    CAPTURE(known);
    PatternSource body(50 * kMega, known);
    auto request = bench.request("PUT");
    request.bulk = true;
    request.body = &body;
    const auto response = bench.transport->send(request).value();
    CHECK(response.status == 201);
    CHECK(response.body == "50000000");
  }
  CHECK(framing == std::vector<std::string>{"50000000", "chunked"});
  CHECK(bench.stats.bytes_sent == 100 * kMega);
  CHECK(bench.stats.requests == 2);
}

TEST_CASE("what a request carries follows from its body, its kind and its headers") {
  ServerRequest seen;
  Bench bench(
      [&](const ServerRequest& request) {
        seen = request;
        return count_body(request);
      },
      [] {
        TransportOptions options;
        options.user_agent = "mpk/1.2.3";
        return options;
      }());
  PatternSource small(100);
  PatternSource large(2 * kMega);
  auto post = bench.request("POST", "/a//b/../c?x=%2F");
  post.headers = {{"Content-Length", "7"}, {"X-A", "1"}, {"X-A", "2"}};
  CHECK(bench.transport->send(post).value().status == 201);
  CHECK(seen.headers.get("Content-Length") == "0");
  CHECK(seen.headers.get("User-Agent") == "mpk/1.2.3");
  CHECK(seen.headers.all("X-A").size() == 2);
  CHECK(seen.path == "/a//b/../c");
  CHECK(seen.query == "x=%2F");
  CHECK_FALSE(seen.headers.get("Expect").has_value());
  CHECK_FALSE(seen.headers.get("Accept-Encoding").has_value());

  auto bulk = bench.request("PATCH");
  bulk.bulk = true;
  bulk.body = &large;
  CHECK(bench.transport->send(bulk).value().body == "2000000");
  CHECK(seen.headers.get("Expect") == "100-continue");
  CHECK(seen.headers.get("Accept-Encoding") == "identity");
  bulk.body = &small;
  CHECK(bench.transport->send(bulk).value().body == "100");
  CHECK_FALSE(seen.headers.get("Expect").has_value());

  CHECK(bench.transport->send(bench.request("GET")).value().status == 201);
  CHECK_FALSE(seen.headers.get("Content-Length").has_value());
}

TEST_CASE("requests that could break the framing never leave") {
  std::atomic<int> calls{0};
  Bench bench([&](const ServerRequest&) {
    ++calls;
    return ServerResponse{};
  });
  auto header = bench.request("GET");
  header.headers.set("X", "a\r\nY: b");
  CHECK(bench.transport->send(header).error().kind() == ErrorKind::usage);
  CHECK(bench.transport->send(bench.request("GET / HTTP/1.1\r\nX:")).error().kind() ==
        ErrorKind::usage);
  CHECK(calls == 0);
}

TEST_CASE("eight downloads run side by side") {
  Bench bench([](const ServerRequest&) { return pattern_answer(20 * kMega); });
  std::vector<PatternSink> sinks(8);
  std::vector<std::thread> threads;
  for (auto& sink : sinks) {
    threads.emplace_back([&bench, &sink] {
      auto request = bench.request("GET");
      request.bulk = true;
      request.sink = &sink;
      CHECK(bench.transport->send(request).has_value());
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& sink : sinks) {
    CHECK(sink.size == 20 * kMega);
    CHECK(sink.matches);
    CHECK(sink.begins == 1);
  }
  CHECK(bench.stats.bytes_received == 160 * kMega);
}

TEST_CASE("uploads run side by side") {
  Bench bench(count_body);
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      PatternSource body(10 * kMega);
      auto request = bench.request("PUT");
      request.bulk = true;
      request.body = &body;
      const auto response = bench.transport->send(request);
      good += response && response->body == "10000000" ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 4);
}

TEST_CASE("a 307 of an upload is followed with the body from its start") {
  Bench bench([](const ServerRequest& request) {
    if (request.path == "/there") return count_body(request);
    ServerResponse response;
    response.status = 307;
    response.headers.set("Location", "/there");
    return response;
  });
  PatternSource body(5 * kMega);
  auto request = bench.request("PUT", "/here");
  request.bulk = true;
  request.redirects = Redirects::all;
  request.body = &body;
  const auto response = bench.transport->send(request).value();
  CHECK(response.body == "5000000");
  CHECK(response.url.path == "/there");
  CHECK(body.rewinds == 1);
}

TEST_CASE("a redirect to another origin arrives there without credentials") {
  Headers seen;
  Bench storage([&](const ServerRequest& request) {
    seen = request.headers;
    return ServerResponse{};
  });
  Bench registry([&](const ServerRequest&) {
    ServerResponse response;
    response.status = 307;
    response.headers.set("Location", storage.base() + "/blob");
    return response;
  });
  auto request = registry.request("GET");
  request.headers = {{"Authorization", "Bearer t"}, {"Range", "bytes=1-"}};
  CHECK(registry.transport->send(request).value().url.text() == storage.base() + "/blob");
  CHECK_FALSE(seen.get("Authorization").has_value());
  CHECK(seen.get("Range") == "bytes=1-");
}

TEST_CASE("an answer in memory may have its cap but not one byte more") {
  Bench bench([](const ServerRequest& request) {
    if (request.path == "/stream") return pattern_answer(1000);
    ServerResponse response;
    response.body = std::string(1000, 'a');
    return response;
  });
  for (const auto* path : {"/", "/stream"}) {
    CAPTURE(path);
    auto request = bench.request("GET", path);
    request.response_cap = 1000;
    CHECK(bench.transport->send(request).value().body.size() == 1000);
    request.response_cap = 999;
    CHECK(bench.transport->send(request).error().kind() == ErrorKind::too_large);
    request.method = "HEAD";
    CHECK(bench.transport->send(request).has_value());
  }
}

TEST_CASE("a sink sees success only, an error page is kept up to its limit") {
  Bench bench([](const ServerRequest& request) {
    ServerResponse response;
    response.status = request.path == "/empty" ? 200 : 404;
    if (request.path == "/short") response.body = "why";
    if (request.path == "/long") response.body = std::string(3 * limits::kErrorBody, 'e');
    return response;
  });
  PatternSink sink;
  auto request = bench.request("GET", "/short");
  request.sink = &sink;
  request.response_cap = 1;  // is about success
  CHECK(bench.transport->send(request).value().body == "why");
  request.url.path = "/long";
  CHECK(bench.transport->send(request).value().body.size() == limits::kErrorBody);
  CHECK(sink.begins == 0);
  request.url.path = "/empty";
  CHECK(bench.transport->send(request).value().status == 200);
  CHECK(sink.begins == 1);
  CHECK(sink.size == 0);
}

TEST_CASE("passing statuses are retried over the wire, lasting ones are not") {
  std::atomic<int> calls{0};
  Bench bench([&](const ServerRequest& request) {
    ServerResponse response = count_body(request);
    if (request.path == "/missing") response.status = 404;
    if (++calls == 1 && request.path == "/busy") {
      response.status = 503;
      response.headers.set("Retry-After", "0");
    }
    return response;
  });
  PatternSource body(kMega);
  auto request = bench.request("PUT", "/busy");
  request.bulk = true;
  request.body = &body;
  CHECK(bench.transport->send(request).value().body == "1000000");
  CHECK(calls == 2);
  CHECK(bench.transport->send(bench.request("GET", "/missing")).value().status == 404);
  CHECK(calls == 3);
}

TEST_CASE("connections are kept, so a hundred requests are quick") {
  Bench bench([](const ServerRequest&) { return ServerResponse{}; });
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) CHECK(bench.transport->send(bench.request("GET")).has_value());
  // Nagle with delayed acknowledgements would need 4.4 seconds.
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(3));
}

}  // namespace
}  // namespace mpk::http
