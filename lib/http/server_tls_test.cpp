// The server by TLS: replaced certificates, clients with and without theirs, and slow hellos.
#include "crypto/tls_server.hpp"
#include "http/server.hpp"
#include "http/test_client.hpp"
#include "http/transport.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <ostream>
#include <vector>

namespace mpk::http {
namespace {

using namespace std::chrono_literals;
using crypto::TlsServer;
using crypto::testing::Authority;
using crypto::testing::files_of;
using crypto::testing::make_pair;
using crypto::testing::make_tls_root;
using crypto::testing::must;
using crypto::testing::Purpose;
using crypto::testing::TlsClientOptions;
using crypto::testing::today;
using testing::kGet;
using testing::RawClient;
using testing::soon;

struct Bench {
  explicit Bench(ServerOptions options = {}, const std::string& client_authorities = {})
      : root(make_tls_root("ca")),
        tls(must(
            TlsServer::make(files_of(make_pair(root, "first"), client_authorities), today()))) {
    options.tls = tls;
    server = must(Server::start(std::move(options), [](const ServerRequest& request) {
      ServerResponse response;
      const auto body = must(request.body(8U << 20));
      response.body = request.certificate ? request.certificate->common_name() : body;
      return response;
    }));
  }
  RawClient connect(const TlsClientOptions& options = {}) const {
    return RawClient(server->port(), options);
  }
  Authority root;
  std::shared_ptr<TlsServer> tls;
  std::unique_ptr<Server> server;
};

TEST_CASE("bodies and answers of megabytes pass through TLS, in both versions") {
  const Bench bench;
  std::string body(3'000'000, 'a');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto client = bench.connect({.lowest = version, .highest = version});
    for (int i = 0; i < 3; ++i) {
      const auto answer = client.ask(
          "POST / HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
      const bool same = answer.value().body == body;
      CHECK(same);
    }
    std::string together;
    for (int i = 0; i < 50; ++i) together += kGet;
    REQUIRE(client.send(together));
    for (int i = 0; i < 50; ++i) CHECK(client.answer().value().status == 200);
  }
}

TEST_CASE("our own client takes the server's certificate by its authority, and no other") {
  ServerOptions options;
  const auto root = make_tls_root("ca");
  const auto pair = make_pair(root, "localhost", Purpose::server);
  options.tls = must(TlsServer::make(files_of(pair), today()));
  const auto server = must(Server::start(options, [](const ServerRequest&) {
    ServerResponse response;
    response.body = "ok";
    return response;
  }));
  Request request;
  request.method = "GET";
  request.url = must(Url::parse("https://localhost:" + std::to_string(server->port()) + "/"));
  const auto ask = [&](const Authority& authority) {
    TransportOptions client;
    client.attempts = 1;
    client.tls = [&](const Url&) { return TlsFiles{authority.certificate.pem(), {}, {}}; };
    return make_curl_transport(client)->send(request);
  };
  CHECK(must(ask(root)).body == "ok");
  CHECK_FALSE(ask(make_tls_root("ca")).has_value());
}

TEST_CASE("no request is lost while the certificate is replaced") {
  const Bench bench;
  const auto pairs = std::vector{make_pair(bench.root, "first"), make_pair(bench.root, "second")};
  std::atomic<bool> stop{false};
  std::atomic<int> asked{0}, answered{0}, first{0}, second{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&, stays = i % 2 == 0] {
      const auto ask = [&](RawClient& client) {
        ++asked;
        const auto answer = client.ask(kGet);
        answered += answer && answer->status == 200 ? 1 : 0;
        (client.tls().server_name() == "first" ? first : second) += 1;
      };
      auto kept = bench.connect();
      while (!stop) {
        ask(kept);
        if (stays) continue;
        auto fresh = bench.connect();
        ask(fresh);
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    const auto& next = pairs[static_cast<std::size_t>(i + 1) % 2];
    CHECK(bench.tls->replace(files_of(next), today()).has_value());
    std::this_thread::sleep_for(20ms);
  }
  stop = true;
  for (auto& client : clients) client.join();
  CHECK(asked > 100);
  CHECK(answered == asked);
  CHECK(first > 0);
  CHECK(second > 0);
  CHECK(bench.server->stats().handshakes_failed == 0);
}

TEST_CASE("a handler knows the client by its certificate, others do not get through") {
  const auto clients = make_tls_root("clients");
  const Bench bench({}, clients.certificate.pem());
  auto known = bench.connect({.own = make_pair(clients, "kube", Purpose::client)});
  CHECK(known.ask(kGet).value().body == "kube");
  CHECK(known.ask(kGet).value().body == "kube");
  // By TLS 1.3 a client learns of it when it reads.
  CHECK_FALSE(bench.connect().ask(kGet).has_value());
  CHECK_FALSE(bench.connect({.own = make_pair(make_tls_root("clients"), "kube", Purpose::client)})
                  .ask(kGet)
                  .has_value());
  CHECK(soon([&] { return bench.server->stats().handshakes_failed == 2; }));
  CHECK(bench.server->stats().requests == 2);
}

TEST_CASE("garbage instead of a hello ends at once, a hello that drips at its deadline") {
  ServerOptions options;
  options.header_deadline = 500ms;
  const Bench bench(options);
  const auto begin = std::chrono::steady_clock::now();
  RawClient slow(bench.server->port());
  std::thread dripping(
      [&] { slow.drip(std::string("\x16\x03\x01\x02", 4) + std::string(100, '\0'), 20ms); });
  for (const auto garbage : {kGet, std::string_view("\x80\x10\x01\x03\x01 an SSL 2 hello"),
                             std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff")}) {
    RawClient client(bench.server->port());
    REQUIRE(client.send(garbage));
    CHECK_FALSE(client.answer().has_value());
  }
  for (int i = 0; i < 20; ++i) CHECK(bench.connect().ask(kGet).value().status == 200);
  dripping.join();
  CHECK_FALSE(slow.answer().has_value());
  CHECK(std::chrono::steady_clock::now() - begin < 1s);
  CHECK(soon([&] { return bench.server->stats().timed_out == 1; }));
  CHECK(bench.server->stats().handshakes_failed == 3);
}

TEST_CASE("a header in many records is cut at its deadline, too") {
  ServerOptions options;
  options.header_deadline = 400ms;
  const Bench bench(options);
  auto slow = bench.connect();
  std::thread dripping([&] { slow.drip(std::string(100, 'G'), 20ms); });
  CHECK(bench.connect().ask(kGet).value().status == 200);
  dripping.join();
  CHECK(slow.at_end());
  CHECK(soon([&] { return bench.server->stats().timed_out == 1; }));
}

TEST_CASE("who has to leave is told so by TLS") {
  ServerOptions options;
  options.connections = 1;
  const Bench bench(options);
  auto idle = bench.connect();
  REQUIRE(idle.ask(kGet).has_value());
  // Until its thread waits for another request, nobody may take its place.
  REQUIRE(soon([&] {
    if (bench.server->stats().evicted == 0) RawClient(bench.server->port());
    return bench.server->stats().evicted == 1;
  }));
  CHECK(idle.at_end());
  CHECK(idle.tls().was_closed());
  std::unique_ptr<RawClient> next;
  bool entered = false;
  REQUIRE(soon([&] {
    if (entered) return true;
    next = std::make_unique<RawClient>(bench.server->port(), TlsClientOptions{});
    entered = next->is_open() && next->ask(kGet).has_value();
    return entered;
  }));
  bench.server->drain(5s);
  CHECK(next->at_end());
  CHECK(next->tls().was_closed());
}

TEST_CASE("who does not shake hands makes room after a second") {
  ServerOptions options;
  options.connections = 2;
  const Bench bench(options);
  RawClient silent(bench.server->port()), half(bench.server->port());
  REQUIRE(half.send("\x16\x03\x01"));
  std::this_thread::sleep_for(1200ms);
  auto first = bench.connect();
  CHECK(first.ask(kGet).value().status == 200);
  CHECK(bench.server->stats().evicted == 1);
  auto second = bench.connect();
  CHECK(second.ask(kGet).value().status == 200);
  CHECK(bench.server->stats().evicted == 2);
  CHECK(first.ask(kGet).value().status == 200);
  CHECK_FALSE(silent.answer());
  CHECK_FALSE(half.answer());
}

TEST_CASE("two hundred idle connections by TLS hinder nobody") {
  ServerOptions options;
  options.connections = 256;
  const Bench bench(options);
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 200; ++i) {
    idle.push_back(std::make_unique<RawClient>(bench.server->port(), TlsClientOptions{}));
  }
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) CHECK(bench.connect().ask(kGet).value().status == 200);
  CHECK(std::chrono::steady_clock::now() - begin < 1s);
  for (auto& client : idle) CHECK(client->ask(kGet).value().status == 200);
}

}  // namespace
}  // namespace mpk::http
