// MCP servers in Kubernetes objects: every place, what can't be read, and what counts as pinned.
#include "admit/wired_servers.hpp"

#include "base/bytes.hpp"
#include "base/encoding.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace mpk::admit {
namespace {

const std::string kConfig =
    R"({"mcpServers":{"files":{"command":"npx","args":["x"]},"web":{"url":"https://user:pw@mcp.example/a?token=1"},)"
    R"("off":{"command":"x","disabled":true}}})";

std::vector<std::string> names_of(const Json& object) {
  std::vector<std::string> out;
  for (const auto& each : wired_servers(object)) {
    CHECK(each.problem.empty());
    out.push_back(each.name + "|" + each.endpoint);
  }
  return out;
}

Json pod(const Json& container) {
  return {{"apiVersion", "v1"}, {"kind", "Pod"}, {"spec", {{"containers", {container}}}}};
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an mcp.json is found in a ConfigMap, a Secret and an environment variable") {
  const Names both = {"files|", "web|https://mcp.example/a"};
  CHECK(names_of({{"kind", "ConfigMap"}, {"data", {{"mcp.json", kConfig}}}}) == both);
  CHECK(names_of({{"kind", "ConfigMap"},
                  {"binaryData", {{"x", base64_encode(as_bytes(kConfig))}}}}) == both);
  CHECK(names_of({{"kind", "Secret"}, {"data", {{"x", base64_encode(as_bytes(kConfig))}}}}) ==
        both);
  CHECK(names_of({{"kind", "Secret"}, {"stringData", {{"x", kConfig}}}}) == both);
  CHECK(names_of(pod({{"env", {{{"name", "AGENT"}, {"value", kConfig}}}}})) == both);
  CHECK(names_of(
            {{"kind", "ConfigMap"},
             {"data",
              {{"a.yaml", "agent:\n  mcpServers:\n    web: {url: \"https://w.example/\"}\n"}}}}) ==
        Names{"web|https://w.example/"});
}

TEST_CASE("it says where") {
  const auto found = wired_servers({{"kind", "ConfigMap"}, {"data", {{"a/b.json", kConfig}}}});
  REQUIRE(found.size() == 2);
  CHECK(found[0].pointer == "/data/a~1b.json");
}

TEST_CASE("variables and arguments that are about MCP and name a URL") {
  CHECK(names_of(
            pod({{"env",
                  {{{"name", "MCP_SERVER_URL"}, {"value", "https://a.example/mcp"}},
                   {{"name", "my_mcp_servers"}, {"value", "https://b.example/, http://c.example/"}},
                   {{"name", "HOME_URL"}, {"value", "https://d.example/"}},
                   {{"name", "MCP_LOG"}, {"value", "debug"}}}}})) ==
        Names{"|https://a.example/mcp", "|https://b.example/", "|http://c.example/"});
  CHECK(names_of(pod({{"args",
                       {"--mcp-server=https://a.example/", "--mcp-url", "https://b.example/",
                        "--url", "https://c.example/", "mcp", "https://d.example/"}}})) ==
        Names{"|https://a.example/", "|https://b.example/"});
}

TEST_CASE("agents name servers and tools, and servers are kinds of their own") {
  const Json agent = {
      {"apiVersion", "kagent.dev/v1alpha2"},
      {"kind", "Agent"},
      {"spec",
       {{"declarative",
         {{"tools",
           {{{"type", "McpServer"},
             {"mcpServer",
              {{"name", "shop"}, {"kind", "RemoteMCPServer"}, {"toolNames", {"buy"}}}}}}}}}}}};
  const auto found = wired_servers(agent);
  REQUIRE(found.size() == 1);
  CHECK(found[0].name == "shop");
  CHECK(found[0].tools == std::vector<std::string>{"buy"});
  const auto server = [](const std::string& version, const std::string& kind, const Json& spec) {
    return Json{
        {"apiVersion", version}, {"kind", kind}, {"metadata", {{"name", "n"}}}, {"spec", spec}};
  };
  const std::string url = "https://mcp.example/";
  CHECK(names_of(server("kagent.dev/v1alpha2", "RemoteMCPServer", {{"url", url}})) ==
        Names{"n|" + url});
  CHECK(names_of(server("kagent.dev/v1alpha1", "ToolServer",
                        {{"config", {{"sse", {{"url", url}}}}}})) == Names{"n|" + url});
  CHECK(names_of(server("kagent.dev/v1alpha1", "MCPServer", {})) == Names{"n|"});
  CHECK(names_of(server("toolhive.stacklok.dev/v1alpha1", "MCPRemoteProxy",
                        {{"remoteURL", url}})) == Names{"n|" + url});
  CHECK(names_of(server("other.example/v1", "RemoteMCPServer", {{"url", url}})).empty());
}

TEST_CASE("what can't be read is an entry with a problem") {
  for (const std::string text : {"{\"mcpServers\": ", "cat <<X\n{\"mcpServers\":{}}\nX",
                                 R"({"mcpServers":{"a":{}}})", R"({"mcpServers":7})"}) {
    CAPTURE(text);
    const auto found = wired_servers({{"kind", "ConfigMap"}, {"data", {{"x", text}}}});
    REQUIRE(found.size() == 1);
    CHECK_FALSE(found[0].problem.empty());
    CHECK_FALSE(not_pinned(found[0], {}).empty());
  }
  CHECK_FALSE(wired_servers({{"mcpServer", Json::object()}}).front().problem.empty());
  const Json variable = {{"name", "MCP_URL"}, {"value", "https://[bad"}};
  CHECK_FALSE(wired_servers(pod({{"env", {variable}}})).front().problem.empty());
}

TEST_CASE("objects of any shape are looked at without harm") {
  for (const auto* text :
       {"null", "7", "[]", "\"mcpServers\"", R"({"env":7,"args":[null,{}],"mcpServer":[]})",
        R"({"kind":"Secret","data":{"x":"!!","y":7}})", R"({"kind":"ConfigMap","data":7})",
        R"({"apiVersion":"kagent.dev/v1","kind":"RemoteMCPServer","spec":7})"}) {
    CAPTURE(text);
    static_cast<void>(wired_servers(json::parse(text).value()));
  }
  CHECK(wired_servers({{"description", "mcpServers are listed elsewhere"}}).empty());
}

TEST_CASE("the address decides where it is known, else the name; and each tool must be pinned") {
  const std::vector<policy::PinnedServer> pins = {{.name = "shop",
                                                   .endpoint = "https://shop.example/mcp",
                                                   .tools = std::vector<std::string>{"buy"}},
                                                  {.name = "files", .endpoint = {}, .tools = {}}};
  CHECK(not_pinned({.name = "x", .endpoint = "https://shop.example/mcp"}, pins).empty());
  CHECK(not_pinned({.name = "shop", .endpoint = "https://evil.example/mcp"}, pins) ==
        "no pin has its address");
  CHECK(not_pinned({.name = "shop", .tools = {"buy"}}, pins).empty());
  CHECK(not_pinned({.name = "shop", .tools = {"buy", "sell"}}, pins) ==
        "its pin has no tool \"sell\"");
  CHECK(not_pinned({.name = "files", .tools = {"read"}}, pins) ==
        "the pin does not know its tools");
  CHECK(not_pinned({.name = "files"}, pins).empty());
  CHECK(not_pinned({.name = "shadow"}, pins) == "no pin has its name");
  CHECK(not_pinned({.name = "shop"}, {}) == "no pin has its name");
}

}  // namespace mpk::admit
