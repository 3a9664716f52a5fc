// The server's HTTP, as bytes: framing, persistence, limits of a header.
#include "http/server.hpp"
#include "http/test_client.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace mpk::http {
namespace {

using testing::kGet;
using testing::RawClient;

ServerResponse describe(const ServerRequest& request) {
  ServerResponse response;
  const auto body = request.body(100);
  response.status = body ? 200 : 400;
  response.body = request.method + " " + request.path + " " +
                  (body ? *body : std::string(to_string(body.error().kind())));
  return response;
}

std::unique_ptr<Server> start(ServerOptions options = {}) {
  return Server::start(std::move(options), describe).value();
}

TEST_CASE("requests that come together are answered in their order") {
  const auto server = start();
  RawClient client(server->port());
  std::string together;
  for (int i = 0; i < 100; ++i) {
    const auto path = "/" + std::to_string(i);
    together += i % 2 == 0 ? "GET " + path + " HTTP/1.1\r\n\r\n"
                           : "POST " + path + " HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
  }
  REQUIRE(client.send(together));
  for (int i = 0; i < 100; ++i) {
    CHECK(client.answer().value().body ==
          (i % 2 == 0 ? "GET /" + std::to_string(i) + " " : "POST /" + std::to_string(i) + " abc"));
  }
}

TEST_CASE("a body ends where its framing says, and what is ambiguous ends the connection") {
  struct Row {
    const char* what;
    const char* request;
    int status;
    const char* body;
  };
  const auto server = start();
  for (const auto& row :
       {Row{"a length", "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 200, "POST / abc"},
        Row{"of a GET", "GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 200, "GET / abc"},
        Row{"the same twice", "PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
            200, "PUT / a"},
        Row{"none", "POST / HTTP/1.1\r\n\r\n", 200, "POST / "},
        Row{"chunks",
            "POST / HTTP/1.1\r\nTransfer-Encoding: "
            "Chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n",
            200, "POST / abc"},
        Row{"trailers",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\n\r\n", 200,
            "POST / a"},
        Row{"an empty line before", "\r\nGET / HTTP/1.1\r\n\r\n", 200, "GET / "},
        Row{"two lengths", "PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", 400,
            nullptr},
        Row{"length and chunks",
            "PUT / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400, nullptr},
        Row{"no number", "PUT / HTTP/1.1\r\nContent-Length: +1\r\n\r\na", 400, nullptr},
        Row{"negative", "PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\na", 400, nullptr},
        Row{"another coding", "PUT / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501,
            nullptr},
        Row{"no chunk", "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400,
            "PUT / malformed"},
        Row{"a chunk of 2^64",
            "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n", 400,
            "PUT / malformed"},
        Row{"a long chunk", "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400,
            "PUT / malformed"},
        Row{"LF alone", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400, nullptr},
        Row{"LF alone in a field", "GET / HTTP/1.1\r\nA: b\nContent-Length: 3\r\n\r\n", 400,
            nullptr},
        Row{"no method", "\x16\x03\x01 not http", 400, nullptr},
        Row{"an unknown method", "GOT / HTTP/1.1\r\n\r\n", 400, nullptr},
        Row{"another version", "GET / HTTP/2.0\r\n\r\n", 400, nullptr},
        Row{"no request line", "hello\r\n\r\n", 400, nullptr}}) {
    CAPTURE(row.what);
    RawClient client(server->port());
    const auto answer = client.ask(row.request).value();
    CHECK(answer.status == row.status);
    CHECK(answer.body == (row.body == nullptr ? "" : row.body));
    if (row.status == 200) {
      CHECK(client.ask(kGet).value().body == "GET / ");
    } else {
      CHECK(answer.head.find("Connection: close") != std::string::npos);
      CHECK(client.at_end());
    }
  }
}

TEST_CASE("a connection stays or ends as both sides wish") {
  struct Row {
    const char* request;
    bool stays;
  };
  const auto server = start();
  for (const auto& row : {Row{"GET / HTTP/1.1\r\n\r\n", true},
                          Row{"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false},
                          Row{"GET / HTTP/1.1\r\nConnection: x, Close\r\n\r\n", false},
                          Row{"GET / HTTP/1.0\r\n\r\n", false},
                          Row{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true}}) {
    CAPTURE(row.request);
    RawClient client(server->port());
    const auto answer = client.ask(row.request).value();
    CHECK((answer.head.find("Connection: close") == std::string::npos) == row.stays);
    if (row.stays) {
      CHECK(client.ask(kGet).has_value());
    } else {
      CHECK(client.at_end());
    }
  }
}

TEST_CASE("a header has 64 KiB, and one byte more is refused") {
  const auto server = start();
  std::string head = "GET / HTTP/1.1\r\n";
  while (head.size() < 60'000) head += "A: " + std::string(1000, 'b') + "\r\n";
  const auto padded = [&](std::size_t size) {
    return head + "C: " + std::string(size - head.size() - 7, 'd') + "\r\n\r\n";
  };
  RawClient fits(server->port());
  CHECK(fits.ask(padded(65'536)).value().status == 200);
  RawClient over(server->port());
  CHECK(over.ask(padded(65'537)).value().status == 431);
  CHECK(over.at_end());
  RawClient endless(server->port());
  const std::string line = "A: " + std::string(1000, 'b') + "\r\n";
  REQUIRE(endless.send("GET / HTTP/1.1\r\n"));
  for (int i = 0; i < 70; ++i) REQUIRE(endless.send(line));
  CHECK(endless.answer().value().status == 431);
}

TEST_CASE("a Range of any length does not reach the library's regular expression") {
  const auto server = start();
  std::string range = "bytes=0-1";
  for (int i = 0; i < 2000; ++i) range += ",0-1";
  RawClient client(server->port());
  CHECK(client.ask("GET / HTTP/1.1\r\nRange: " + range + "\r\n\r\n").value().status == 200);
  CHECK(client.ask("GET / HTTP/1.1\r\nRange: nonsense\r\n\r\n").value().status == 200);
  CHECK(client.ask("GET / HTTP/1.1\r\nRANGE: bytes=0-2\r\n\r\n").value().body == "GET");
  CHECK(
      client.ask("GET / HTTP/1.1\r\nRange: bytes=0-2\r\nRange: bytes=0-1\r\n\r\n").value().status ==
      200);
}

TEST_CASE("100 Continue comes before the body is read") {
  const auto server = start();
  RawClient client(server->port());
  const auto go = client.ask("PUT / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(go.value().status == 100);
  CHECK(client.ask("abc").value().body == "PUT / abc");
}

TEST_CASE("a request knows who sent it and when it began to come") {
  std::string client_address;
  std::chrono::milliseconds waited{0};
  const auto handler = [&](const ServerRequest& request) {
    client_address = request.client;
    waited = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - request.arrived);
    CHECK(request.certificate == nullptr);
    return ServerResponse{};
  };
  for (const auto* address : {"127.0.0.1", "0.0.0.0", "::"}) {
    CAPTURE(address);
    ServerOptions options;
    options.address = address;
    const auto server = Server::start(options, handler);
    if (!server && std::string(address) == "::") {
      MESSAGE("skipped: no IPv6 here: ", server.error().text());
      continue;
    }
    REQUIRE(server.has_value());
    RawClient client((*server)->port());
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    client.drip(kGet.substr(0, 4), std::chrono::milliseconds(20));
    REQUIRE(client.ask(kGet.substr(4)).has_value());
    CHECK(client_address == "127.0.0.1");
    CHECK(waited >= std::chrono::milliseconds(75));
    CHECK(waited < std::chrono::milliseconds(500));
  }
}

TEST_CASE("an address that is none is a mistake of its user, one of others can't be listened on") {
  const auto kind = [](const char* address) {
    ServerOptions options;
    options.address = address;
    return to_string(Server::start(options, describe).error().kind());
  };
  CHECK(kind("localhost") == "usage");
  CHECK(kind("") == "usage");
  CHECK(kind("127.0.0.1:80") == "usage");
  CHECK(kind("192.0.2.1") == "io");
}

}  // namespace
}  // namespace mpk::http
