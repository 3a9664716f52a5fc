// mpk agent pin: what an agent may use goes into the model's aiBOM.
#include "agent/document.hpp"
#include "agent/invisible.hpp"
#include "agent/limits.hpp"
#include "agent/pins.hpp"
#include "base/ascii.hpp"
#include "commands/commands.hpp"
#include "json/value.hpp"
#include "options/bom_file.hpp"
#include "options/mcp_source.hpp"
#include "options/output_file.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <utility>

namespace mpk::cli {
namespace {

struct Options {
  std::vector<std::string> mcp, cards, prompts;
  std::optional<std::string> aibom, output, card_key, server;
  bool insecure_unchecked_card = false;
  McpSource live;
};

Result<std::string> read(Session& session, const char* flag, const std::string& path) {
  return session.flag_file(flag, path, agent::limits::kList);
}

std::string stem(const std::string& path) {
  const auto name = std::filesystem::path(path).stem().string();
  return name.empty() || path == "-" ? "server" : name;
}

Result<void> read_servers(const Options& o, Session& session, agent::PinInput& input) {
  std::vector<agent::Server> servers;
  for (const auto& option : o.mcp) {
    const auto [name, path] = named_file(option);
    auto found = agent::read_document(TRY(read(session, "--mcp", path)), name, stem(path));
    if (!found) return std::move(found).error().with(path);
    for (auto& server : *found) servers.push_back(std::move(server));
  }
  for (const auto& option : o.prompts) {
    const auto [name, path] = named_file(option);
    auto prompts = agent::read_prompts(TRY(read(session, "--prompts", path)), stem(path));
    if (!prompts) return std::move(prompts).error().with(path);
    if (name.empty()) {
      for (auto& prompt : *prompts) input.templates.push_back(std::move(prompt));
    } else {
      agent::Server server;
      server.name = name;
      server.prompts = prompts.take();
      servers.push_back(std::move(server));
    }
  }
  if (o.live.given()) {
    auto asked = o.live.ask(session);
    if (!asked) return could_not_ask(std::move(asked).error());
    auto server = asked.take();
    server.name = o.server ? *o.server : server.said_name;
    if (server.name.empty()) {
      return Error(ErrorKind::usage, "the server does not say its name",
                   "--server NAME chooses the one to pin it under");
    }
    servers.push_back(std::move(server));
  }
  input.servers = TRY(agent::merge_servers(std::move(servers)));
  return {};
}

Result<void> read_cards(const Options& o, Session& session, agent::PinInput& input) {
  std::vector<agent::Jwk> keys;
  if (o.card_key) {
    auto found = agent::read_keys(TRY(read(session, "--card-key", *o.card_key)));
    if (!found) return std::move(found).error().with(*o.card_key);
    keys = found.take();
  }
  for (const auto& path : o.cards) {
    auto card =
        agent::read_card(TRY(read(session, "--card", path)), keys, o.insecure_unchecked_card);
    if (!card) return std::move(card).error().with(path);
    input.cards.push_back(card.take());
  }
  return {};
}

// What a person should look at before it is pinned for good.
std::vector<std::string> findings(const agent::PinInput& input) {
  std::vector<std::string> out;
  for (const auto& server : input.servers) {
    if (!server.tools) {
      out.push_back(server.name + ": no tools are pinned, only where it is; --mcp " + server.name +
                    "=tools.json adds them");
      continue;
    }
    for (const auto& tool : *server.tools) {
      for (const auto& place : agent::invisible_places(*tool.definition, 3))
        out.push_back(server.name + "/" + tool.name + place + ": characters that nobody sees");
    }
  }
  for (const auto& card : input.cards) {
    if (card.signature == agent::CardSignature::none)
      out.push_back(card.name + ": the agent card is not signed");
    if (card.signature == agent::CardSignature::not_checked)
      out.push_back(card.name + ": the signature of the agent card was not checked");
  }
  return out;
}

Json pinned_json(const agent::PinInput& input, const std::string& file,
                 const std::vector<std::string>& notes) {
  Json servers = Json::array(), cards = Json::array();
  for (const auto& server : input.servers) {
    servers.push_back({{"name", server.name},
                       {"tools", server.tools ? Json(server.tools->size()) : Json()},
                       {"prompts", server.prompts ? Json(server.prompts->size()) : Json()}});
  }
  for (const auto& card : input.cards) {
    cards.push_back({{"name", card.name},
                     {"signature", std::string(to_string(card.signature))},
                     {"key", card.key_id}});
  }
  return {{"kind", "AgentPinned"},
          {"file", file},
          {"servers", std::move(servers)},
          {"cards", std::move(cards)},
          {"prompts", input.templates.size()},
          {"findings", notes}};
}

Result<int> run(const Options& o, Session& session) {
  if (!o.aibom) return Error(ErrorKind::usage, "--aibom FILE is missing");
  if (o.mcp.empty() && o.cards.empty() && o.prompts.empty() && !o.live.given()) {
    return Error(ErrorKind::usage, "nothing to pin",
                 "--mcp, --card and --prompts name files; --url or a command after -- a server");
  }
  if (o.server && !o.live.given())
    return Error(ErrorKind::usage, "--server names what --url or a command after -- asks");
  if ((o.card_key || o.insecure_unchecked_card) && o.cards.empty())
    return Error(ErrorKind::usage, "--card-key and --insecure-unchecked-card need --card");
  TRY(o.live.check());
  if (o.output) TRY(check_output(*o.output));
  auto bom = read_bom(session, *o.aibom);
  if (!bom) return bom_answer(session, bom.error());
  agent::PinInput input;
  TRY(read_servers(o, session, input));
  TRY(read_cards(o, session, input));
  auto pinned = agent::pin(bom.take(), input);
  if (!pinned) return bom_answer(session, std::move(pinned).error().with(*o.aibom));
  const auto text = json::pretty(*pinned);
  const auto notes = findings(input);
  if (!o.output) {
    session.print_raw(text);
  } else {
    TRY(write_output(*o.output, text));
    session.say("written to " + *o.output);
    if (session.json()) session.print_json(pinned_json(input, *o.output, notes));
  }
  for (const auto& server : input.servers) {
    session.say("pinned " + server.name +
                (server.tools ? " · " + counted(server.tools->size(), "tool") : "") +
                (server.prompts ? " · " + counted(server.prompts->size(), "prompt") : ""));
  }
  for (const auto& card : input.cards) {
    session.say("pinned agent " + card.name + " · " + counted(card.skills.size(), "skill") +
                " · signature " + std::string(to_string(card.signature)));
  }
  for (const auto& note : notes) session.warn(note);
  return 0;
}

}  // namespace

Command agent_pin_command() {
  return {.summary = "Pin MCP servers, tools, prompts and A2A cards into an aiBOM",
          .description =
              "Each tool is pinned by the SHA-256 of its definition (RFC 8785), with its hints and "
              "scopes.\n"
              "Commands and URLs of an mcp.json are recorded and never run; of secrets only the "
              "names.\n"
              "mpk agent verify compares a live server with the pins.",
          .examples = {{"mpk agent pin --mcp crm=tools.json --aibom bom.json -o bom.json",
                        "a captured tools/list"},
                       {"mpk agent pin --aibom bom.json -o bom.json -- python3 server.py",
                        "what a server answers now, over stdio"},
                       {"mpk agent pin --mcp mcp.json --card agent-card.json --card-key key.jwk "
                        "--aibom bom.json -o bom.json",
                        "where servers are, and an A2A card whose signature holds"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.option("--aibom", "FILE", o->aibom, "aiBOM to pin into (CycloneDX)",
                       ValueKind::file);
            set.option("-o,--output", "FILE", o->output, "Write here instead of standard output",
                       ValueKind::file);
            set.option("--mcp", "[NAME=]FILE", o->mcp,
                       "Result of tools/list, or an mcp.json (repeatable)", ValueKind::file);
            set.option("--prompts", "[NAME=]FILE", o->prompts,
                       "Result of prompts/list of server NAME, or a prompt template (repeatable)",
                       ValueKind::file);
            set.option("--card", "FILE", o->cards, "A2A agent card (repeatable)", ValueKind::file);
            set.option("--card-key", "FILE", o->card_key,
                       "JWK, JWK Set or PEM public key that must have signed the cards",
                       ValueKind::file);
            set.flag("--insecure-unchecked-card", o->insecure_unchecked_card,
                     "Take a signed card without checking its signature");
            set.option("--server", "NAME", o->server, "Pin the asked server under this name");
            o->live.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
