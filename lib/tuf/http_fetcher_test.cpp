// The fetcher over HTTP: addresses, and what each status means.
#include "testing/fake_transport.hpp"
#include "tuf/fetcher.hpp"

#include <doctest/doctest.h>

using namespace mpk;

namespace {

testing::FakeTransport answering(int status, std::string body) {
  return testing::FakeTransport([status, body](const http::Request&, const std::string&) {
    http::Response response;
    response.status = status;
    response.body = body;
    return Result<http::Response>(response);
  });
}

}  // namespace

TEST_CASE("files are asked for below the address, with a slash at its end or without") {
  for (const char* base : {"https://tuf.example/repo", "https://tuf.example/repo/"}) {
    auto transport = answering(200, "bytes");
    const auto fetcher = tuf::make_http_fetcher(transport, Url::parse(base).take());
    CHECK(fetcher->fetch("1.a%2Fb.json", 100).take() == "bytes");
    CHECK(transport.seen().front().url == "https://tuf.example/repo/1.a%2Fb.json");
  }
}

TEST_CASE("404 and 403 mean that there is no such file, and every other status is an error") {
  for (const int status : {404, 403}) {
    auto transport = answering(status, "no");
    const auto fetcher =
        tuf::make_http_fetcher(transport, Url::parse("https://tuf.example").take());
    const auto found = fetcher->fetch("2.root.json", 100);
    REQUIRE(found);
    CHECK_FALSE(*found);
  }
  for (const int status : {204, 401, 429, 500, 503}) {
    CAPTURE(status);
    auto transport = answering(status, "");
    const auto fetcher =
        tuf::make_http_fetcher(transport, Url::parse("https://tuf.example").take());
    const auto found = fetcher->fetch("2.root.json", 100);
    REQUIRE_FALSE(found);
    CHECK(found.error().kind() == ErrorKind::network);
  }
}

TEST_CASE("an answer over the cap is refused") {
  auto transport = answering(200, "12345");
  const auto fetcher = tuf::make_http_fetcher(transport, Url::parse("https://tuf.example").take());
  CHECK(fetcher->fetch("a", 5));
  CHECK(fetcher->fetch("a", 4).error().kind() == ErrorKind::too_large);
}
