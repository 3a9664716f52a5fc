// Documents that name tools: each accepted form, and the refused ones beside it.
#include "agent/document.hpp"

#include "agent/invisible.hpp"
#include "agent/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::agent;

namespace {

constexpr const char* kTool = R"({"name": "a", "inputSchema": {"type": "object"}})";

std::string list(const std::string& tools) { return R"({"tools": [)" + tools + "]}"; }

}  // namespace

TEST_CASE("a list of tools is taken in each form in which it is captured") {
  const auto result = list(kTool);
  for (const auto& text : {
           result,
           R"({"jsonrpc": "2.0", "id": 7, "result": )" + result + "}",
           "[" + result + "]",
           R"([{"jsonrpc": "2.0", "method": "tools/list", "id": 1}, )" + result + "]",
           R"([{"tools": [], "nextCursor": "x"}, )" + result + "]",
           R"({"tools": [)" + std::string(kTool) + R"(], "ttlMs": 5, "resultType": "complete"})",
       }) {
    CAPTURE(text);
    auto servers = read_document(text, {}, "file");
    REQUIRE(servers);
    REQUIRE(servers->size() == 1);
    CHECK(servers->front().name == "file");
    REQUIRE(servers->front().tools);
    CHECK(servers->front().tools->size() == 1);
  }
}

TEST_CASE("the digest is that of RFC 8785 over exactly six members") {
  const auto with_more = list(
      R"({"icons": [], "name": "a", "_meta": {}, "annotations": {"title": "t"}, "title": null,
          "inputSchema": {"b": 1.0, "a": "é"}, "execution": {}})");
  const auto servers = read_document(with_more, {}, "x");
  REQUIRE(servers);
  CHECK(servers->front().tools->front().digest ==
        crypto::sha256(std::string_view(
            R"({"annotations":{"title":"t"},"inputSchema":{"a":"é","b":1},"name":"a"})")));
}

TEST_CASE("an integer that no double holds is rounded as other languages round it") {
  const auto servers = read_document(
      list(R"({"name": "a", "inputSchema": {"maximum": 18446744073709551615, "minimum": -1}})"), {},
      "x");
  REQUIRE(servers);
  CHECK(servers->front().tools->front().digest ==
        crypto::sha256(std::string_view(
            R"({"inputSchema":{"maximum":18446744073709552000,"minimum":-1},"name":"a"})")));
}

TEST_CASE("the name is the given one, else what the server calls itself, else the file's") {
  const auto said = R"([{"serverInfo": {"name": "crm", "version": "2"}}, )" + list(kTool) + "]";
  CHECK(read_document(said, "mine", "file").take().front().name == "mine");
  CHECK(read_document(said, {}, "file").take().front().name == "crm");
  CHECK(read_document(list(kTool), {}, "file").take().front().name == "file");
  const auto modern = R"({"tools": [], "_meta": {"io.modelcontextprotocol/serverInfo":
                          {"name": "new", "version": "3"}}})";
  const auto server = read_document(modern, {}, "file").take().front();
  CHECK(server.name == "new");
  CHECK(server.version == "3");
}

TEST_CASE("hints have MCP's defaults where they are not said") {
  const auto tools =
      *read_document(list(R"({"name": "a"}, {"name": "b", "annotations": {"readOnlyHint": true,
             "destructiveHint": false, "idempotentHint": true, "openWorldHint": false}})"),
                     {}, "x")
           .take()
           .front()
           .tools;
  CHECK(tools[0].hints == Hints{});
  CHECK(tools[1].hints == Hints{true, false, true, false});
}

TEST_CASE("documents that are no list, or half of one, are refused with the reason") {
  struct Row {
    std::string text, reason;
  };
  const std::vector<Row> rows = {
      {"", "unexpected end"},
      {"{}", "neither an MCP answer nor an mcp.json"},
      {"[]", "neither an MCP answer"},
      {"[1]", "$[0]: expected an object"},
      {R"({"tools": {}})", "$.tools: expected an array"},
      {R"({"tools": [1]})", "expected an object"},
      {list(R"({"description": "x"})"), "name"},
      {list(R"({"name": ""})"), "name is empty"},
      {list(R"({"name": 1})"), "$.tools[0].name"},
      {list(R"({"name": ")" + std::string(2000, 'a') + R"("})"), "the limit is 1024"},
      {list(R"({"name": "a", "description": 1})"), "$.tools[0].description"},
      {list(R"({"name": "a", "inputSchema": []})"), "expected a JSON Schema"},
      {list(R"({"name": "a", "annotations": []})"), "$.tools[0].annotations: expected an object"},
      {list(R"({"name": "a", "annotations": {"readOnlyHint": "yes"}})"), "readOnlyHint"},
      {list(R"({"name": "a", "inputSchema": {"maximum": NaN}})"), "1:"},
      {list(R"({"name": "a", "inputSchema": {"maximum": 1e999}})"), "double"},
      {list(R"({"name": "a", "name": "b"})"), "name"},
      {list(std::string(kTool) + "," + kTool), "tool a: there are two of this name"},
      {R"({"tools": [], "nextCursor": "x"})", "the list goes on at nextCursor x"},
      {R"([{"tools": []}, {"tools": []}])", "follows one that has no nextCursor"},
      {R"([{"tools": [], "nextCursor": "x"}, {"tools": [], "nextCursor": "x"}])", "never ends"},
      {R"({"jsonrpc": "1.0", "result": {"tools": []}})", "jsonrpc is not"},
      {R"({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "no\u001b"}})", "no\\x1b"},
      {R"({"jsonrpc": "2.0", "id": 1, "result": []})", "expected an object"},
      {std::string(200, '['), "nest"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text.substr(0, 200));
    const auto read = read_document(row.text, {}, "x");
    REQUIRE(!read);
    CAPTURE(read.error().text());
    CHECK(read.error().text().find(row.reason) != std::string::npos);
  }
}

TEST_CASE("more tools than any server has are refused, as many as the limit are not") {
  const auto many = [](std::size_t count) {
    std::string tools;
    for (std::size_t i = 0; i < count; ++i)
      tools += (i == 0 ? "" : ",") + (R"({"name": "t)" + std::to_string(i) + R"("})");
    return list(tools);
  };
  CHECK(read_document(many(agent::limits::kTools), {}, "x"));
  const auto over = read_document(many(100'000), {}, "x");
  REQUIRE(!over);
  CHECK(over.error().kind() == ErrorKind::too_large);
}

TEST_CASE("a huge description is read, and pinned as it is") {
  const auto servers = read_document(
      list(R"({"name": "a", "description": ")" + std::string(1 << 20, 'x') + R"("})"), {}, "x");
  REQUIRE(servers);
  CHECK(servers->front().tools->front().definition->at("description").get<std::string>().size() ==
        1 << 20);
}

TEST_CASE("an mcp.json gives places and names of secrets, never the secrets") {
  const auto text = R"({"mcpServers": {
    "gh": {"command": "docker", "args": ["run", "-e", "GITHUB_TOKEN=ghp_hidden", "--api-key",
           "hidden", "--token=hidden", "postgres://u:hidden@db/x?password=hidden", "sk-hidden",
           "--verbose", "image"], "env": {"GITHUB_TOKEN": "hidden", "A": "hidden"}},
    "web": {"type": "http", "url": "https://u:hidden@mcp.example/x?key=hidden",
            "headers": {"Authorization": "Bearer hidden"}, "oauth": {"scopes": ["b", "a"]}},
    "off": {"command": "x", "disabled": true}}})";
  const auto servers = read_document(text, {}, "x").take();
  REQUIRE(servers.size() == 2);
  const auto& gh = servers[0];
  CHECK(gh.name == "gh");
  CHECK(gh.transport == "stdio");
  CHECK(gh.command == "docker");
  CHECK(join(gh.arguments, " ") ==
        "run -e GITHUB_TOKEN=*** --api-key *** --token=*** postgres://***@db/x?*** *** --verbose "
        "image");
  CHECK(gh.environment == std::vector<std::string>{"A", "GITHUB_TOKEN"});
  CHECK(!gh.tools);
  const auto& web = servers[1];
  CHECK(web.endpoint == "https://mcp.example/x");
  CHECK(web.headers == std::vector<std::string>{"Authorization"});
  CHECK(web.scopes == std::vector<std::string>{"a", "b"});
  CHECK(web.authenticated);
}

TEST_CASE("VS Code's form of an mcp.json is one, too; what is neither command nor URL is none") {
  CHECK(
      read_document(R"({"servers": {"a": {"url": "https://e.example/"}}, "inputs": []})", {}, "x"));
  for (const char* text : {R"({"servers": {"a": {}}})", R"({"mcpServers": {"a": 1}})",
                           R"({"mcpServers": {"a": {"command": "x", "url": "https://e.example"}}})",
                           R"({"mcpServers": {"a": {"url": "ftp://e.example"}}})",
                           R"({"mcpServers": {"a": {"command": "x", "args": [1]}}})"}) {
    CAPTURE(text);
    CHECK(!read_document(text, {}, "x"));
  }
}

TEST_CASE("an mcp.json of several servers takes no name, of one it does") {
  const auto one = R"({"mcpServers": {"a": {"command": "x"}}})";
  CHECK(read_document(one, "b", "x").take().front().name == "b");
  const auto two = R"({"mcpServers": {"a": {"command": "x"}, "c": {"command": "x"}}})";
  const auto refused = read_document(two, "b", "x");
  REQUIRE(!refused);
  CHECK(refused.error().kind() == ErrorKind::usage);
}

TEST_CASE("prompts are a list of MCP's or a template") {
  const auto listed = read_prompts(R"({"prompts": [{"name": "b"}, {"name": "a"}]})", "f").take();
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].name == "a");
  for (const char* text : {"You are helpful.", R"({"system": "You are helpful."})", ""}) {
    const auto one = read_prompts(text, "f").take();
    REQUIRE(one.size() == 1);
    CHECK(one[0].name == "f");
    CHECK(one[0].digest == crypto::sha256(std::string_view(text)));
  }
  CHECK(!read_prompts("\xff", "f"));
}

TEST_CASE("characters that nobody sees are found, those that people need are not") {
  using Names = std::vector<std::string>;
  CHECK(invisible_characters("a\u200bb\u202e\u202e") == Names{"U+200B", "U+202E"});
  CHECK(invisible_characters("\U000e0041\ufe01\u00ad") == Names{"U+E0041", "U+FE01", "U+00AD"});
  CHECK(invisible_characters("tab\there\r\nمی\u200cخواهم 👩\u200d💻 ❤\ufe0f é 模型").empty());
  const auto places =
      invisible_places(json::parse(R"({"a": ["x", "\u2066"], "\u200e": 1})").take());
  REQUIRE(places.size() == 2);
  CHECK(places[0] == "/a/1: U+2066");
}
