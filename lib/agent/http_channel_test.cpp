// Streamable HTTP and its events.
#include "agent/http_channel.hpp"

#include "agent/ask.hpp"
#include "agent/limits.hpp"
#include "agent/sse.hpp"
#include "json/parse.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::agent;

namespace {

constexpr const char* kUrl = "https://mcp.example/mcp";
const AskOptions kOptions{.client_version = "1"};

http::Response answer(int status, std::string type, std::string body) {
  http::Response out;
  out.status = status;
  out.headers.set("Content-Type", std::move(type));
  out.body = std::move(body);
  return out;
}

std::string reply(const Json& request, Json result) {
  return json::compact(
      {{"jsonrpc", "2.0"}, {"id", request.at("id")}, {"result", std::move(result)}});
}

Json results(const std::string& method) {
  if (method == "initialize") {
    return json::parse(R"({"protocolVersion": "2025-11-25", "capabilities": {},
                           "serverInfo": {"name": "s", "version": "1"}})")
        .take();
  }
  return json::parse(R"({"tools": [{"name": "a"}]})").take();
}

// A server of 2025-11-25 whose answers are JSON or events.
Result<http::Response> legacy(const http::Request& request, const std::string& body, bool events) {
  if (request.method == "DELETE") return answer(200, "", "");
  const auto message = json::parse(body).take();
  const auto method = message.at("method").get<std::string>();
  if (method == "server/discover") return answer(400, "text/plain", "Bad Request");
  if (method == "notifications/initialized") return answer(202, "", "");
  auto text = reply(message, results(method));
  if (events) {
    text =
        "event: message\r\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\r\n\r\n"
        ": ping\n\ndata: " +
        text + "\n\ndata: not even read\n\n";
  }
  auto out = answer(200, events ? "text/event-stream; charset=utf-8" : "application/json", text);
  if (method == "initialize") out.headers.set("Mcp-Session-Id", "s-1");
  return out;
}

Error refused_by(const testing::FakeTransport::Answer& answer_with) {
  testing::FakeTransport transport(answer_with);
  auto channel = open_http(transport, kUrl, {}).take();
  auto server = ask(*channel, kOptions);
  REQUIRE(!server);
  return server.error();
}

}  // namespace

TEST_CASE("a session of 2025-11-25 over JSON and over events") {
  for (const bool events : {false, true}) {
    testing::FakeTransport transport([&](const http::Request& request, const std::string& body) {
      return legacy(request, body, events);
    });
    auto channel = open_http(transport, kUrl, "secret").take();
    const auto server = ask(*channel, kOptions);
    REQUIRE(server);
    CHECK(server->tools->size() == 1);
    const auto seen = transport.seen();
    REQUIRE(seen.size() == 5);
    CHECK(seen[0].headers.get("MCP-Protocol-Version") == "2026-07-28");
    CHECK(seen[0].headers.get("Mcp-Method") == "server/discover");
    CHECK(!seen[1].headers.get("MCP-Protocol-Version"));
    CHECK(seen[3].headers.get("MCP-Protocol-Version") == "2025-11-25");
    CHECK(seen[3].headers.get("Mcp-Session-Id") == "s-1");
    CHECK(seen[4].method == "DELETE");
    CHECK(seen[4].headers.get("Mcp-Session-Id") == "s-1");
    for (const auto& each : seen) CHECK(each.headers.get("Authorization") == "Bearer secret");
    CHECK(seen[0].headers.get("Accept") == "application/json, text/event-stream");
  }
}

TEST_CASE("answers that can't be judged are refused with the reason") {
  const auto with = [](std::string body, std::string type = "application/json") {
    return refused_by([=](const http::Request&, const std::string&) -> Result<http::Response> {
      return answer(200, type, body);
    });
  };
  CHECK(with("{").kind() == ErrorKind::malformed);
  CHECK(with("[]").message() == "the server's message is no JSON-RPC object");
  CHECK(with("{}").message() == "the server's message is not JSON-RPC 2.0");
  CHECK(with(R"({"jsonrpc": "2.0", "id": 99, "result": {}})").message() ==
        "the server answers request 99, expected 1");
  CHECK(with(R"({"jsonrpc": "2.0", "result": {}})").kind() == ErrorKind::malformed);
  CHECK(with(R"({"jsonrpc": "2.0", "id": 1})").kind() == ErrorKind::malformed);
  CHECK(with(R"({"jsonrpc": "2.0", "id": 1, "result": {}, "error": {}})").kind() ==
        ErrorKind::malformed);
  CHECK(with(R"({"jsonrpc": "2.0", "id": 1, "result": {"x": NaN}})").kind() ==
        ErrorKind::malformed);
  CHECK(with(std::string(300, '[')).kind() == ErrorKind::too_large);
  CHECK(with(std::string(agent::limits::kMessage + 1, ' ')).kind() == ErrorKind::too_large);
  CHECK(with("data: x\n\n", "text/event-stream").kind() == ErrorKind::malformed);
  std::string chatter;
  for (std::size_t i = 0; i <= agent::limits::kMessages; ++i)
    chatter += "data: {\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n\n";
  CHECK(with(chatter, "text/event-stream").kind() == ErrorKind::too_large);
}

TEST_CASE("statuses tell why nothing was learned") {
  struct Row {
    int status;
    ErrorKind kind;
  };
  for (const auto& row : std::vector<Row>{{401, ErrorKind::unauthorized},
                                          {403, ErrorKind::denied},
                                          {404, ErrorKind::not_found},
                                          {307, ErrorKind::mismatch},
                                          {500, ErrorKind::network}}) {
    const auto error =
        refused_by([&](const http::Request& request, const std::string&) -> Result<http::Response> {
          CHECK(request.redirects == http::Redirects::none);
          return answer(row.status, "text/html", "<html>");
        });
    CAPTURE(row.status);
    CHECK(error.kind() == row.kind);
  }
}

TEST_CASE("a session id that would break a header is refused") {
  for (const auto& id : {std::string("a\r\nX: y"), std::string("ä"), std::string(2000, 'a')}) {
    const auto error = refused_by(
        [&](const http::Request& request, const std::string& body) -> Result<http::Response> {
          auto out = TRY(legacy(request, body, false));
          if (out.headers.get("Mcp-Session-Id")) out.headers.set("Mcp-Session-Id", id);
          return out;
        });
    CHECK(error.message().find("Mcp-Session-Id") != std::string::npos);
  }
}

TEST_CASE("plain http is for this machine only") {
  testing::FakeTransport transport([](const http::Request&, const std::string&) {
    return Result<http::Response>(Error(ErrorKind::network, "no"));
  });
  for (const char* url : {"https://mcp.example/mcp", "http://127.0.0.1:1/mcp", "http://localhost/",
                          "http://[::1]:8000/mcp"})
    CHECK(open_http(transport, url, {}));
  for (const char* url : {"http://mcp.example/mcp", "http://127.0.0.1.example/", "ftp://127.0.0.1/",
                          "mcp.example", ""}) {
    const auto refused = open_http(transport, url, {});
    REQUIRE(!refused);
    CHECK(refused.error().kind() == ErrorKind::usage);
  }
}

TEST_CASE("events are the same however their bytes are cut") {
  const std::string text =
      "\xef\xbb\xbf"
      "data: a\ndata:b\n\n: comment\nid: 1\nevent: x\ndata\n\r\ndata:  c\r\n\r\rdata: lost";
  const std::vector<std::string> expected = {"a\nb", "", " c"};
  for (std::size_t size = 1; size <= text.size(); ++size) {
    std::vector<std::string> found;
    EventStream stream(100, [&](std::string_view data) -> Result<void> {
      found.emplace_back(data);
      return {};
    });
    for (std::size_t at = 0; at < text.size(); at += size)
      REQUIRE(stream.feed(std::string_view(text).substr(at, size)));
    CHECK(found == expected);
  }
  EventStream small(10, [](std::string_view) { return Result<void>(); });
  CHECK(small.feed("data: 123\n\n"));
  CHECK(small.feed("data: 1234567").error().kind() == ErrorKind::too_large);
}
