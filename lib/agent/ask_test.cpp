// Asking servers of each era of the protocol.
#include "agent/ask.hpp"

#include "agent/limits.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace mpk;
using namespace mpk::agent;

namespace {

// A server as a function from a request to its response's result or error.
class ScriptedChannel final : public Channel {
 public:
  using Answer = std::function<Result<Json>(const std::string& method, const Json& params)>;
  explicit ScriptedChannel(Answer answer) : answer_(std::move(answer)) {}

  Result<Json> call(const Json& request, Time) override {
    methods.push_back(request.at("method").get<std::string>());
    Json response = {{"jsonrpc", "2.0"}, {"id", request.at("id")}};
    response.update(TRY(answer_(methods.back(), request.at("params"))));
    return response;
  }
  Result<void> notify(const Json& notification, Time) override {
    methods.push_back(notification.at("method").get<std::string>());
    return {};
  }
  Result<void> restart() override {
    ++restarts;
    return {};
  }
  void use_version(const std::string& agreed) override { version = agreed; }
  void close() override { ++closed; }

  std::vector<std::string> methods;
  std::string version;
  int restarts = 0, closed = 0;

 private:
  Answer answer_;
};

Json parse(const char* text) { return json::parse(text).take(); }
Json result(Json value) { return {{"result", std::move(value)}}; }
Json error(int code, Json data = nullptr) {
  return {{"error", {{"code", code}, {"message", "no"}, {"data", std::move(data)}}}};
}

Json initialized(const char* version) {
  Json out = parse(R"({"capabilities": {"tools": {}, "prompts": {}},
                       "serverInfo": {"name": "old", "version": "1"}})");
  out["protocolVersion"] = version;
  return result(std::move(out));
}

Json page(const char* name, const Json& next = nullptr) {
  Json out = {{"tools", Json::array({{{"name", name}}})}};
  if (!next.is_null()) out["nextCursor"] = next;
  return result(std::move(out));
}

using Names = std::vector<std::string>;
const AskOptions kOptions{.client_version = "1"};

}  // namespace

TEST_CASE("a server of 2026-07-28 is asked without initialize, each request with its _meta") {
  ScriptedChannel channel([](const std::string& method, const Json& params) -> Result<Json> {
    const auto& meta = params.at("_meta");
    CHECK(meta.at("io.modelcontextprotocol/protocolVersion") == "2026-07-28");
    CHECK(meta.contains("io.modelcontextprotocol/clientCapabilities"));
    if (method == "server/discover") {
      return result(parse(R"({"supportedVersions": ["2026-07-28"], "capabilities": {"prompts": {}},
        "instructions": "i", "resultType": "complete",
        "_meta": {"io.modelcontextprotocol/serverInfo": {"name": "new", "version": "2"}}})"));
    }
    if (method == "prompts/list") return result(parse(R"({"prompts": [{"name": "p"}]})"));
    return params.contains("cursor") ? page("b") : page("a", "next");
  });
  const auto server = ask(channel, kOptions);
  REQUIRE(server);
  CHECK(channel.methods == Names{"server/discover", "tools/list", "tools/list", "prompts/list"});
  CHECK(channel.version == "2026-07-28");
  CHECK(channel.closed == 1);
  CHECK(server->said_name == "new");
  CHECK(server->instructions == "i");
  CHECK(server->tools->size() == 2);
  CHECK(server->prompts->size() == 1);
}

TEST_CASE("an older server is asked by initialize, whatever it says to server/discover") {
  const std::vector<std::function<Result<Json>()>> refusals = {
      [] { return error(-32601); },
      [] { return error(-32602); },
      [] { return error(-32022, {{"supported", {"2025-11-25"}}}); },
      [] { return error(-32022); },
      [] { return result(parse(R"({"supportedVersions": ["2025-06-18"]})")); },
      [] { return result(Json::object()); },
      [] { return Error(ErrorKind::not_found, "status 400"); },
      [] { return Error(ErrorKind::timeout, "silent"); },
  };
  for (const auto& refusal : refusals) {
    ScriptedChannel channel([&](const std::string& method, const Json& params) -> Result<Json> {
      if (method == "server/discover") return refusal();
      CHECK(!params.contains("_meta"));
      if (method == "initialize") return initialized("2025-06-18");
      if (method == "prompts/list") return result(parse(R"({"prompts": []})"));
      return page("a");
    });
    const auto server = ask(channel, kOptions);
    REQUIRE(server);
    CHECK(channel.methods == Names{"server/discover", "initialize", "notifications/initialized",
                                   "tools/list", "prompts/list"});
    CHECK(channel.version == "2025-06-18");
    CHECK(server->said_name == "old");
    CHECK(channel.restarts == 0);
  }
}

TEST_CASE("a server that ends at an unknown method is started again, once") {
  ScriptedChannel channel([](const std::string& method, const Json&) -> Result<Json> {
    if (method == "server/discover") return Error(ErrorKind::network, "ended");
    return method == "initialize"     ? initialized("2024-11-05")
           : method == "prompts/list" ? result(parse(R"({"prompts": []})"))
                                      : page("a");
  });
  CHECK(ask(channel, kOptions));
  CHECK(channel.restarts == 1);
  ScriptedChannel dead([](const std::string&, const Json&) -> Result<Json> {
    return Error(ErrorKind::network, "ended");
  });
  CHECK(!ask(dead, kOptions));
  CHECK(dead.methods == Names{"server/discover", "initialize"});
}

TEST_CASE("a server of no common version is refused") {
  for (const auto& answer : {error(-32022, {{"supported", {"2027-01-01"}}}),
                             result(parse(R"({"supportedVersions": ["2027-01-01"]})"))}) {
    ScriptedChannel channel(
        [&](const std::string&, const Json&) -> Result<Json> { return answer; });
    const auto refused = ask(channel, kOptions);
    REQUIRE(!refused);
    CHECK(refused.error().kind() == ErrorKind::unsupported);
    CHECK(channel.methods == Names{"server/discover"});
  }
  ScriptedChannel old([](const std::string& method, const Json&) -> Result<Json> {
    return method == "initialize" ? initialized("2023-01-01") : error(-32601);
  });
  CHECK(ask(old, kOptions).error().kind() == ErrorKind::unsupported);
}

TEST_CASE("lists without end, twice the same name and half answers are refused") {
  const auto asked = [](std::function<Result<Json>(const Json& params)> list) {
    int number = 0;
    ScriptedChannel channel(
        [&, list](const std::string& method, const Json& params) -> Result<Json> {
          if (method == "server/discover") return error(-32601);
          if (method == "initialize") return initialized("2025-11-25");
          if (method == "prompts/list") return result(parse(R"({"prompts": []})"));
          ++number;
          return list(params);
        });
    auto refused = ask(channel, kOptions);
    REQUIRE(!refused);
    CHECK(channel.closed == 1);
    return std::pair(refused.error(), number);
  };
  int cursor = 0;
  const auto endless = asked([&](const Json&) -> Result<Json> {
    const auto name = "t" + std::to_string(++cursor);
    return page(name.c_str(), std::to_string(cursor));
  });
  CHECK(endless.first.kind() == ErrorKind::too_large);
  CHECK(endless.second == static_cast<int>(agent::limits::kPages) + 1);
  const auto circle = asked([](const Json&) -> Result<Json> { return page("a", "same"); });
  CHECK(circle.first.message().find("never ends") != std::string::npos);
  CHECK(circle.second == 2);
  CHECK(asked([](const Json& params) -> Result<Json> {
          return params.contains("cursor") ? page("a") : page("a", "x");
        })
            .first.message()
            .find("two of this name") != std::string::npos);
  CHECK(asked([](const Json&) -> Result<Json> { return error(-32603); })
            .first.message()
            .find("tools/list: the server answers with error -32603") == 0);
  CHECK(asked([](const Json&) -> Result<Json> {
          return result(parse(R"({"resultType": "input_required"})"));
        }).first.kind() == ErrorKind::unsupported);
  CHECK(asked([](const Json&) -> Result<Json> { return result(Json::object()); }).first.kind() ==
        ErrorKind::malformed);
  CHECK(asked([](const Json&) -> Result<Json> { return result(Json(1)); }).first.kind() ==
        ErrorKind::malformed);
}
