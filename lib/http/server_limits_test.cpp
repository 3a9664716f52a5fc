// What clients do to a server that lives for months: slow ones, many, and its end.
#include "http/server.hpp"
#include "http/test_client.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <ostream>
#include <vector>

namespace mpk::http {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::kGet;
using testing::RawClient;
using testing::soon;

ServerResponse text(std::string body) {
  ServerResponse response;
  response.body = std::move(body);
  return response;
}

ServerResponse echo(const ServerRequest& request) {
  const auto body = request.body(1U << 20);
  if (body) return text(request.path + *body);
  auto response = text(std::string(to_string(body.error().kind())));
  response.status = 400;
  return response;
}

std::unique_ptr<Server> start(ServerOptions options, Server::Handler handler = echo) {
  return Server::start(std::move(options), std::move(handler)).value();
}

/// 50 new connections with one request each.
std::chrono::milliseconds time_of_fifty(const Server& server) {
  const auto begin = steady_clock::now();
  for (int i = 0; i < 50; ++i) {
    RawClient client(server.port());
    CHECK(client.ask(kGet).value().status == 200);
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin);
}

TEST_CASE("a header that drips is cut at its deadline, and hinders nobody") {
  ServerOptions options;
  options.header_deadline = 500ms;
  const auto server = start(options);
  const auto begin = steady_clock::now();
  RawClient slow(server->port());
  std::thread dripping(
      [&] { slow.drip("GET / HTTP/1.1\r\nHost: " + std::string(100, 'a'), 20ms); });
  CHECK(time_of_fifty(*server) < 400ms);
  dripping.join();
  CHECK(slow.at_end());
  const auto took = steady_clock::now() - begin;
  CHECK(took >= 490ms);
  CHECK(took < 900ms);
  CHECK(soon([&] { return server->stats().timed_out == 1; }));
}

TEST_CASE("of a later request the header has its own deadline, from its first byte") {
  ServerOptions options;
  options.header_deadline = 300ms;
  const auto server = start(options);
  RawClient client(server->port());
  REQUIRE(client.ask(kGet).has_value());
  std::this_thread::sleep_for(400ms);
  client.drip(kGet.substr(0, 8), 10ms);
  CHECK(client.ask(kGet.substr(8)).value().status == 200);
  client.drip(std::string(100, 'G'), 20ms);
  CHECK(client.at_end());
}

TEST_CASE("who connects and says nothing is let go at the header's deadline") {
  ServerOptions options;
  options.header_deadline = 200ms;
  const auto server = start(options);
  RawClient silent(server->port());
  CHECK(silent.at_end());
  CHECK(soon([&] { return server->stats().timed_out == 1 && server->stats().open == 0; }));
}

TEST_CASE("a body that drips is cut at its deadline, which the handler is told") {
  ServerOptions options;
  options.body_deadline = 500ms;
  const auto server = start(options);
  for (const auto* framing : {"Content-Length: 1000", "Transfer-Encoding: chunked"}) {
    CAPTURE(framing);
    const auto before = server->stats().timed_out;
    RawClient slow(server->port());
    const auto begin = steady_clock::now();
    REQUIRE(slow.send(std::string("POST / HTTP/1.1\r\n") + framing + "\r\n\r\n3e8\r\n"));
    std::thread dripping([&] { slow.drip(std::string(100, 'a'), 20ms); });
    CHECK(time_of_fifty(*server) < 400ms);
    dripping.join();
    const auto answer = slow.answer().value();
    CHECK(answer.status == 400);
    CHECK(answer.body == "timeout");
    CHECK(answer.head.find("Connection: close") != std::string::npos);
    CHECK(slow.at_end());
    CHECK(steady_clock::now() - begin < 1500ms);
    CHECK(soon([&] { return server->stats().timed_out == before + 1; }));
  }
}

TEST_CASE("a client that breaks off within its body is told from a slow one") {
  std::atomic<int> network{0};
  const auto server = start({}, [&](const ServerRequest& request) {
    const auto body = request.body(1000);
    network += !body && body.error().kind() == ErrorKind::network ? 1 : 0;
    return ServerResponse{};
  });
  {
    RawClient client(server->port());
    REQUIRE(client.send("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"));
  }
  CHECK(soon([&] { return network == 1; }));
  CHECK(server->stats().timed_out == 0);
}

TEST_CASE("a client that never reads its answer is cut at the answer's deadline") {
  ServerOptions options;
  options.write_deadline = 300ms;
  const auto server = start(options, [](const ServerRequest& request) {
    ServerResponse response;
    if (request.path == "/body") response.body = std::string(50'000'000, 'x');
    if (request.path == "/stream") {
      response.stream_size = 50'000'000;
      response.stream = [](std::uint64_t, std::uint64_t length, const auto& write) {
        return write(Bytes(static_cast<std::size_t>(std::min<std::uint64_t>(length, 50'000))));
      };
    }
    return response;
  });
  for (const auto* path : {"/body", "/stream"}) {
    CAPTURE(path);
    const auto before = server->stats().timed_out;
    RawClient deaf(server->port());
    REQUIRE(deaf.send(std::string("GET ") + path + " HTTP/1.1\r\n\r\n"));
    CHECK(time_of_fifty(*server) < 400ms);
    CHECK(soon([&] { return server->stats().timed_out == before + 1; }));
    CHECK(soon([&] { return server->stats().open == 0; }));
  }
}

TEST_CASE("the connection that has been idle longest makes room, busy ones do not") {
  ServerOptions options;
  options.connections = 3;
  std::atomic<bool> hold{true};
  std::atomic<int> held{0};
  const auto server = start(options, [&](const ServerRequest& request) {
    if (request.path == "/hold") {
      ++held;
      while (hold) std::this_thread::sleep_for(1ms);
    }
    return ServerResponse{};
  });
  RawClient first(server->port()), second(server->port()), third(server->port());
  for (auto* client : {&second, &first, &third}) {
    REQUIRE(client->ask(kGet).has_value());
    std::this_thread::sleep_for(5ms);
  }
  RawClient fourth(server->port());
  CHECK(fourth.ask(kGet).value().status == 200);
  CHECK(second.at_end());
  CHECK(server->stats().evicted == 1);
  for (auto* client : {&first, &third, &fourth}) {
    CHECK(client->send("GET /hold HTTP/1.1\r\n\r\n"));
  }
  REQUIRE(soon([&] { return held == 3; }));
  RawClient fifth(server->port());
  CHECK(fifth.at_end());
  CHECK(server->stats().refused == 1);
  hold = false;
  for (auto* client : {&first, &third, &fourth}) CHECK(client->answer().value().status == 200);
  RawClient sixth(server->port());
  CHECK(sixth.ask(kGet).value().status == 200);
  const auto stats = server->stats();
  CHECK(stats.evicted == 2);
  CHECK(stats.accepted == 6);
  CHECK(stats.requests == 8);
  CHECK(stats.timed_out == 0);
}

TEST_CASE("who has never asked anything makes room before who has") {
  ServerOptions options;
  options.connections = 2;
  const auto server = start(options);
  RawClient known(server->port()), silent(server->port());
  REQUIRE(known.ask(kGet).has_value());
  std::this_thread::sleep_for(100ms);
  RawClient early(server->port());
  CHECK(known.at_end());  // within its first second the silent one may still be about to ask
  REQUIRE(early.ask(kGet).has_value());
  std::this_thread::sleep_for(1100ms);
  RawClient late(server->port());
  CHECK(late.ask(kGet).value().status == 200);
  CHECK(silent.at_end());
  CHECK(early.ask(kGet).value().status == 200);
}

TEST_CASE("one address takes its share of the connections, and no more") {
  ServerOptions options;
  options.connections = 4;
  options.connections_of_client = 2;
  std::atomic<bool> hold{true};
  std::atomic<int> held{0};
  const auto server = start(options, [&](const ServerRequest& request) {
    if (request.path == "/hold") {
      ++held;
      soon([&] { return !hold; });
    }
    return text(request.client);
  });
  RawClient first(server->port()), second(server->port());
  CHECK(first.send("GET /hold HTTP/1.1\r\n\r\n"));
  CHECK(second.ask(kGet).value().body == "127.0.0.1");
  // Until its thread waits for another request, nobody may take its place.
  std::unique_ptr<RawClient> third;
  bool entered = false;
  REQUIRE(soon([&] {
    if (entered) return true;
    third = std::make_unique<RawClient>(server->port());
    entered = third->ask(kGet).has_value();
    return entered;
  }));
  CHECK(second.at_end());
  CHECK(third->send("GET /hold HTTP/1.1\r\n\r\n"));
  REQUIRE(soon([&] { return held == 2; }));
  const auto before = server->stats().refused;
  RawClient fourth(server->port());
  CHECK(fourth.at_end());
  CHECK(server->stats().refused == before + 1);
  RawClient other(server->port(), "127.0.0.2");
  CHECK(other.ask(kGet).value().body == "127.0.0.2");
  hold = false;
  CHECK(first.answer().has_value());
  CHECK(third->answer().has_value());
  CHECK(server->stats().evicted == 1);
}

TEST_CASE("two hundred idle connections hinder nobody") {
  ServerOptions options;
  options.connections = 256;
  const auto server = start(options);
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 200; ++i) {
    idle.push_back(std::make_unique<RawClient>(server->port()));
    if (i % 2 == 0) CHECK(idle.back()->ask(kGet).has_value());
  }
  CHECK(time_of_fifty(*server) < 500ms);
  CHECK(server->stats().open >= 200);
  for (auto& client : idle) CHECK(client->ask(kGet).value().status == 200);
  CHECK(server->stats().evicted == 0);
}

TEST_CASE("an idle connection is closed after its time, which is no fault") {
  ServerOptions options;
  options.idle = 100ms;
  const auto server = start(options);
  RawClient client(server->port());
  REQUIRE(client.ask(kGet).has_value());
  CHECK(client.at_end());
  CHECK(server->stats().timed_out == 0);
}

TEST_CASE("draining answers what is in flight, lets idle ones go, and takes no new ones") {
  std::atomic<bool> hold{true};
  std::atomic<int> held{0};
  const auto server = start({}, [&](const ServerRequest& request) {
    if (request.path == "/hold") {
      ++held;
      while (hold) std::this_thread::sleep_for(1ms);
    }
    return text("done");
  });
  RawClient idle(server->port()), busy(server->port()), late(server->port());
  REQUIRE(idle.ask(kGet).has_value());
  REQUIRE(busy.send("GET /hold HTTP/1.1\r\n\r\n"));
  REQUIRE(late.send(kGet.substr(0, 10)));
  REQUIRE(soon([&] { return held == 1; }));
  std::thread draining([&] { server->drain(5s); });
  CHECK(idle.at_end());
  CHECK(soon([&] { return !RawClient(server->port()).is_open(); }));
  const auto finished = late.ask(kGet.substr(10)).value();
  CHECK(finished.status == 200);
  CHECK(finished.head.find("Connection: close") != std::string::npos);
  hold = false;
  const auto answer = busy.answer().value();
  CHECK(answer.body == "done");
  CHECK(answer.head.find("Connection: close") != std::string::npos);
  CHECK(busy.at_end());
  draining.join();
  CHECK(server->stats().open == 0);
}

TEST_CASE(
    "a server that leaves takes connections, keeps those that idle, and answers once on each") {
  const auto server = start({});
  RawClient kept(server->port());
  REQUIRE(kept.ask(kGet).value().head.find("Connection: close") == std::string::npos);
  server->leave();
  RawClient fresh(server->port());
  for (auto* client : {&kept, &fresh}) {
    const auto answer = client->ask(kGet).value();
    CHECK(answer.status == 200);
    CHECK(answer.head.find("Connection: close") != std::string::npos);
    CHECK(client->at_end());
  }
}

TEST_CASE("requests that came before the server drains are answered") {
  ServerOptions options;
  options.connections = 200;
  const auto server = start(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < options.connections; ++i) {
    clients.push_back(std::make_unique<RawClient>(server->port()));
    REQUIRE(clients.back()->ask(kGet).has_value());
  }
  for (auto& client : clients) REQUIRE(client->send(kGet));
  server->drain(5s);  // most of their threads have not been woken yet
  for (auto& client : clients) {
    const auto answer = client->answer();
    REQUIRE(answer.has_value());
    CHECK(answer->status == 200);
  }
}

TEST_CASE("draining cuts what takes longer than it may") {
  const auto server = start({});
  RawClient client(server->port());
  REQUIRE(client.send(kGet.substr(0, 10)));
  REQUIRE(soon([&] { return server->stats().open == 1; }));
  const auto begin = steady_clock::now();
  server->drain(200ms);
  CHECK(steady_clock::now() - begin < 600ms);
  CHECK(client.at_end());
}

TEST_CASE("an answer in flight is sent before the server is gone") {
  std::atomic<bool> inside{false};
  auto server = start({}, [&](const ServerRequest&) {
    inside = true;
    std::this_thread::sleep_for(100ms);
    return text("done");
  });
  RawClient client(server->port()), idle(server->port());
  REQUIRE(client.send(kGet));
  REQUIRE(soon([&] { return inside.load(); }));
  server.reset();
  CHECK(client.answer().value().body == "done");
  CHECK(idle.at_end());
}

}  // namespace
}  // namespace mpk::http
