// mpk agent verify: is a live MCP server what the aiBOM has pinned?
#include "agent/compare.hpp"
#include "agent/document.hpp"
#include "agent/limits.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "exit_code.hpp"
#include "options/bom_file.hpp"
#include "options/mcp_source.hpp"
#include "render/agent_changes.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::cli {
namespace {

struct Options {
  std::optional<std::string> aibom, tools, server;
  McpSource live;
};

std::string names_of(const std::vector<agent::Server>& pinned) {
  std::vector<std::string> names;
  for (const auto& server : pinned) names.push_back(printable(server.name, 60));
  return join(names, ", ");
}

Result<const agent::Server*> by_name(const std::vector<agent::Server>& pinned,
                                     const std::string& name) {
  for (const auto& server : pinned) {
    if (server.name == name) return &server;
  }
  return Error(ErrorKind::usage,
               "--server " + printable(name, 80) + ": not pinned, these are: " + names_of(pinned));
}

// The only one; else the one that has what the live one calls itself, or its address.
Result<const agent::Server*> choose(const std::vector<agent::Server>& pinned,
                                    const agent::Server& live) {
  if (pinned.size() == 1) return &pinned.front();
  for (const auto& server : pinned) {
    if (!live.endpoint.empty() && server.endpoint == live.endpoint) return &server;
  }
  for (const auto& server : pinned) {
    if (!live.said_name.empty() && live.said_name == server.said_name) return &server;
  }
  return Error(ErrorKind::usage,
               std::to_string(pinned.size()) + " servers are pinned: which of them is this?",
               "--server NAME chooses; pinned are " + names_of(pinned));
}

Result<agent::Server> live_server(const Options& o, Session& session) {
  if (!o.tools) return o.live.ask(session);
  const auto text = TRY(session.flag_file("--tools", *o.tools, agent::limits::kList));
  auto servers = agent::read_document(text, {}, "-");
  if (!servers) return std::move(servers).error().with(*o.tools);
  if (servers->size() != 1 || !servers->front().tools) {
    return Error(ErrorKind::usage, "--tools " + *o.tools + ": no result of tools/list",
                 "an mcp.json says where servers are, not what they offer");
  }
  return std::move(servers->front());
}

Result<int> run(const Options& o, Session& session) {
  if (!o.aibom) return Error(ErrorKind::usage, "--aibom FILE is missing");
  TRY(o.live.check());
  if (o.tools.has_value() == o.live.given()) {
    return Error(ErrorKind::usage,
                 o.tools ? "--tools excludes --url and a command after --" : "no server to compare",
                 "one of --tools FILE, --url URL, or a command after --");
  }
  auto pins = read_pinned(session, *o.aibom);
  if (!pins) return bom_answer(session, std::move(pins).error());
  const agent::Server* pinned = nullptr;
  // A name that is wrong is told before anything is started.
  if (o.server) pinned = TRY(by_name(*pins, *o.server));
  const auto live = live_server(o, session);
  if (!live) return could_not_ask(live.error());
  if (pinned == nullptr) pinned = TRY(choose(*pins, *live));
  if (!pinned->tools) {
    return Error(ErrorKind::usage,
                 *o.aibom + ": of " + printable(pinned->name, 80) + " no tools are pinned",
                 "mpk agent pin --mcp " + printable(pinned->name, 80) + "=tools.json adds them");
  }
  const auto changes = agent::compare(*pinned, *live);
  if (session.json()) {
    session.print_json(agent_changes_json(*o.aibom, *pinned, changes));
  } else {
    session.print(agent_changes_text(*pinned, changes));
  }
  if (changes.empty()) return kExitPass;
  session.say("hint: look at each change; if all are wanted, mpk agent pin pins the server anew");
  return kExitFailed;
}

}  // namespace

Command agent_verify_command() {
  return {
      .summary = "Compare a live MCP server with the pins of an aiBOM",
      .description =
          "Asks for its tools and prompts, and calls none. Every kind of change has a code of its "
          "own.\n"
          "Only a command that is given after -- is run, never one that a document names.\n"
          "Exit code 0: unchanged; 1: changed; 3: the server could not be asked.",
      .examples = {{"mpk agent verify --aibom bom.json -- python3 server.py",
                    "a server that is started for this, over stdio"},
                   {"mpk agent verify --aibom bom.json --url https://mcp.example.com/mcp",
                    "one that runs, over HTTP"},
                   {"mpk agent verify --aibom bom.json --tools tools.json --format json",
                    "a captured tools/list"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.option("--aibom", "FILE", o->aibom, "aiBOM with the pins (CycloneDX)", ValueKind::file);
        set.option("--tools", "FILE", o->tools, "A captured result of tools/list", ValueKind::file);
        set.option("--server", "NAME", o->server, "Which of the pinned servers it is");
        o->live.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
