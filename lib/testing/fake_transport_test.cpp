// The fake keeps the contract of Transport.
#include "testing/fake_transport.hpp"

#include "testing/http_bodies.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace mpk::testing {
namespace {

http::Request request_to(const char* url) {
  http::Request request;
  request.url = Url::parse(url).value();
  return request;
}

TEST_CASE("the fake transport records requests with their whole bodies") {
  FakeTransport transport([](const http::Request&, const std::string& body) {
    http::Response response;
    response.status = 201;
    response.body = "got " + std::to_string(body.size());
    return response;
  });
  PatternSource source(100'000);
  auto request = request_to("http://h/v2/?q=1");
  request.method = "PUT";
  request.headers.set("X-A", "b");
  request.body = &source;
  const auto response = transport.send(request).value();
  CHECK(response.body == "got 100000");
  CHECK(response.url.text() == "http://h/v2/?q=1");
  const auto seen = transport.seen();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].method == "PUT");
  CHECK(seen[0].url == "http://h/v2/?q=1");
  CHECK(seen[0].headers.get("x-a") == "b");
  CHECK(seen[0].body.size() == 100'000);
}

TEST_CASE("the fake transport feeds a sink with success only") {
  int status = 200;
  FakeTransport transport([&](const http::Request&, const std::string&) {
    http::Response response;
    response.status = status;
    response.body = "text";
    return response;
  });
  PatternSink sink;
  auto request = request_to("http://h/");
  request.sink = &sink;
  CHECK(transport.send(request).value().body.empty());
  CHECK(sink.size == 4);
  status = 404;
  CHECK(transport.send(request).value().body == "text");
  CHECK(sink.begins == 1);
  request.sink = nullptr;
  request.response_cap = 3;
  status = 200;
  CHECK(transport.send(request).error().kind() == ErrorKind::too_large);
}

}  // namespace
}  // namespace mpk::testing
