// What a model's agent may use, by the pins in its aiBOM.
#include "agent/own_properties.hpp"
#include "agent/pins.hpp"
#include "aibom/lookup.hpp"
#include "policy/aibom_parts.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace mpk::policy {
namespace {

constexpr Fault kMalformed{"agent-pins-malformed", "the pins of an agent's tools can't be believed",
                           "pin the servers anew with mpk agent pin"};
constexpr Fault kServer{"agent-server-not-allowed",
                        "an agent's server that the policy does not name",
                        "add it to aibom.agent.servers if it is accepted"};
constexpr Fault kTool{"agent-tool-not-allowed", "an agent's tool that the policy does not name",
                      "add it to aibom.agent.tools if it is accepted"};
constexpr Fault kToolsUnknown{"agent-tools-unknown", "a server is pinned without its tools",
                              "ask the server itself with mpk agent pin"};
constexpr Fault kScope{"agent-scope-not-allowed", "an OAuth scope that the policy does not name",
                       "add it to aibom.agent.scopes if it is accepted"};

// The last '/' sets server and tool apart, also where a tool's name has one.
std::string path_of(const agent::Server& server, const agent::Tool& tool) {
  std::string out = server.name + "/";
  for (const char c : tool.name) {
    if (c == '/') {
      out += "%2F";
    } else {
      out += c;
    }
  }
  return out;
}

class Judge {
 public:
  Judge(const AgentRule& rule, Judgement& judged) : rule_(rule), judged_(judged) {}

  void server(const agent::Server& server) {
    if (rule_.servers_given && !any_matches(rule_.servers, server.name))
      judged_.refuse(kServer, server.name, texts(rule_.servers));
    scopes(server.scopes, server.name);
    if (!server.tools) {
      if (rule_.tools_given) judged_.refuse(kToolsUnknown, server.name);
      return;
    }
    for (const auto& tool : *server.tools) {
      const auto path = path_of(server, tool);
      if (rule_.tools_given && !any_matches(rule_.tools, path))
        judged_.refuse(kTool, path, texts(rule_.tools));
      scopes(tool.scopes, path);
    }
  }

  void scopes(const std::vector<std::string>& scopes, const std::string& of) {
    if (!rule_.scopes_given) return;
    for (const auto& scope : scopes) {
      if (!any_matches(rule_.scopes, scope))
        judged_.refuse(kScope, fmt::format("{} of {}", scope, of), texts(rule_.scopes));
    }
  }

 private:
  const AgentRule& rule_;
  Judgement& judged_;
};

}  // namespace

std::size_t judge_agent(const AgentRule& rule, const Json& bom, Judgement& judged) {
  const auto pins = agent::read_pins(bom);
  if (!pins) {
    judged.refuse(kMalformed, pins.error().text());
    return 0;
  }
  Judge judge(rule, judged);
  for (const auto& server : *pins) judge.server(server);
  for (const auto& service : aibom::items(aibom::member(bom, "services"))) {
    if (aibom::property(service, agent::own(agent::kCard)).empty()) continue;
    const Json scopes = aibom::property(service, agent::own(agent::kScope));
    judge.scopes(agent::scope_list(scopes), aibom::text(service, "name"));
  }
  return pins->size();
}

}  // namespace mpk::policy
