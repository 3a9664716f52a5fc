// A live MCP server: opened by the transport that was named, asked once.
#include "options/mcp_source.hpp"

#include "agent/ask.hpp"
#include "agent/http_channel.hpp"
#include "agent/stdio_channel.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "version.hpp"

#include <memory>
#include <utility>

namespace mpk::cli {
namespace {

constexpr unsigned kDefaultSeconds = 30, kMostSeconds = 3600;

Result<unsigned> seconds(const std::optional<std::string>& text) {
  if (!text) return kDefaultSeconds;
  const auto number = parse_u64(*text);
  if (number && *number >= 1 && *number <= kMostSeconds) return static_cast<unsigned>(*number);
  return Error(ErrorKind::usage, "--timeout " + printable(*text, 40) + ": expected 1 to " +
                                     std::to_string(kMostSeconds) + " seconds");
}

}  // namespace

void McpSource::add_to(OptionSet& set) {
  set.option("--url", "URL", url, "Ask the MCP server at this endpoint (Streamable HTTP)");
  set.option("--token", "FILE", token, "Bearer token for --url, - for standard input",
             ValueKind::file);
  set.option("--timeout", "SECONDS", timeout, "How long the server may take in all (30)");
  set.positional("COMMAND", command, "MCP server to start and ask over stdio, after --",
                 ValueKind::text, false);
  set.pass_through();
}

Result<void> McpSource::check() const {
  if (url && !command.empty())
    return Error(ErrorKind::usage, "--url and a command after -- exclude each other");
  if (token && !url) return Error(ErrorKind::usage, "--token needs --url");
  TRY(seconds(timeout));
  return {};
}

Result<agent::Server> McpSource::ask(Session& session) const {
  const agent::AskOptions options{.client_version = kVersion,
                                  .timeout_seconds = TRY(seconds(timeout))};
  std::unique_ptr<agent::Channel> channel;
  if (url) {
    std::string credential;
    if (token) credential = trim(TRY(session.flag_file("--token", *token, limits::kToken)));
    // What it may hold beside a token would end up in the header.
    for (const char c : credential) {
      if (c <= 0x20 || c >= 0x7f)
        return Error(ErrorKind::usage, "--token: the file does not hold one token");
    }
    auto context = session.context();
    channel = TRY(agent::open_http(context.transport, *url, credential));
  } else {
    channel = TRY(agent::open_stdio(command, session.cancel()));
  }
  auto server = TRY(agent::ask(*channel, options));
  server.transport = url ? "http" : "stdio";
  if (url) {
    server.endpoint = TRY(agent::safe_endpoint(*url));
    server.authenticated = token.has_value();
  }
  return server;
}

Error could_not_ask(Error error) {
  const bool own = error.kind() == ErrorKind::usage || error.kind() == ErrorKind::cancelled ||
                   error.kind() == ErrorKind::internal;
  return own ? error : std::move(error).with_kind(ErrorKind::network);
}

std::pair<std::string, std::string> named_file(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || text.find('/') < equals) return {"", text};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace mpk::cli
