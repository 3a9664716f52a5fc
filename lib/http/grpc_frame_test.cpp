// gRPC answers: one whole message behind status 0, and nothing else.
#include "http/grpc_frame.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::http;

namespace {
const Headers kOk = {{"content-type", "application/grpc"}, {"grpc-status", "0"}};
}

TEST_CASE("a message comes back out of its frame") {
  const auto frame = grpc_frame(as_bytes("abc"));
  CHECK(frame == std::string("\0\0\0\0\3abc", 8));
  const auto reply = read_grpc_answer(200, kOk, as_bytes(frame));
  REQUIRE(reply);
  CHECK(reply->status == 0);
  CHECK(as_text(reply->message) == "abc");
  CHECK(grpc_frame(Bytes(300)).substr(0, 5) == std::string("\0\0\0\1\x2c", 5));
}

TEST_CASE("another status has a name and details, and needs no message") {
  const auto reply = read_grpc_answer(200,
                                      {{"content-type", "application/grpc+proto"},
                                       {"grpc-status", "7"},
                                       {"grpc-message", "no%20identity"}},
                                      {});
  REQUIRE(reply);
  CHECK(grpc_status_name(reply->status) == "PERMISSION_DENIED");
  CHECK(reply->details == "no identity");
  CHECK(grpc_status_name(99) == "code 99");
}

TEST_CASE("what is not one whole message is refused") {
  const auto good = grpc_frame(as_bytes("abc"));
  auto compressed = good;
  compressed[0] = 1;
  const struct {
    long status;
    Headers fields;
    std::string body;
    const char* says;
  } rows[] = {
      {404, kOk, good, "HTTP status 404"},
      {200, {{"content-type", "text/html"}, {"grpc-status", "0"}}, good, "text/html"},
      {200, {{"content-type", "application/grpc"}}, good, "broke off"},
      {200, {{"content-type", "application/grpc"}, {"grpc-status", "x"}}, good, "broke off"},
      {200, kOk, "", "without a message"},
      {200, kOk, good.substr(0, 4), "without a message"},
      {200, kOk, good.substr(0, 7), "says it has 3"},
      {200, kOk, good + "d", "says it has 3"},
      {200, kOk, compressed, "compressed"}};
  for (const auto& row : rows) {
    const auto reply = read_grpc_answer(row.status, row.fields, as_bytes(row.body));
    REQUIRE_FALSE(reply);
    CHECK(reply.error().kind() == ErrorKind::malformed);
    CHECK_MESSAGE(reply.error().text().find(row.says) != std::string::npos, reply.error().text());
  }
}

TEST_CASE("an endpoint is a socket's path or an address with a port") {
  for (const auto* endpoint :
       {"", "unix://", "unix:relative", "unix://host/path", "tcp://127.0.0.1", "tcp://h:1/path",
        "http://127.0.0.1:1", "/run/agent.sock"}) {
    CAPTURE(endpoint);
    const auto reply = call_grpc({.endpoint = endpoint, .method = "/S/M"}, {});
    REQUIRE_FALSE(reply);
    CHECK(reply.error().kind() == ErrorKind::usage);
  }
  const auto nobody =
      call_grpc({.endpoint = "unix:///nonexistent/agent.sock", .method = "/S/M"}, {});
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().kind() == ErrorKind::network);
  CancelToken stopped;
  stopped.cancel();
  CHECK(call_grpc({.endpoint = "unix:///a", .method = "/S/M"}, stopped).error().kind() ==
        ErrorKind::cancelled);
}
