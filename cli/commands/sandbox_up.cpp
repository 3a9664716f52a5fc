// mpk sandbox up: the sandbox until it is stopped.
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "options/sandbox_start.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <thread>

namespace mpk::cli {
namespace {

struct Options {
  std::optional<std::string> directory, port;
  bool rekor_v1 = false;
};

Result<int> run(const Options& o, Session& session) {
  std::uint64_t port = 0;
  if (o.port) {
    auto parsed = parse_u64(*o.port);
    if (!parsed || *parsed > 65530)
      return Error(ErrorKind::usage, "--port " + printable(*o.port, 20) + ": expected 0 to 65530");
    port = *parsed;
  }
  auto running =
      TRY(start_sandbox(session, o.directory, static_cast<std::uint16_t>(port), o.rekor_v1));
  auto variables = TRY(sandbox_variables(*running.services));
  if (session.json()) {
    Json document = {{"kind", "Sandbox"}};
    for (const auto& [name, value] : variables) document["variables"][name] = value;
    session.print(json::compact(document));
  } else {
    for (const auto& [name, value] : variables)
      session.print(fmt::format("export {}={}", name, value));
  }
  TRY(session.flush());
  session.say("running; Ctrl-C stops it");
  auto cancel = session.cancel();
  while (!cancel.cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  session.say("stopped");
  return 0;
}

}  // namespace

Command sandbox_up_command() {
  return {
      .summary = "Run the sandbox until it is stopped",
      .description =
          "Prints the variables as export lines (one JSON line with --format json), then serves "
          "until\n"
          "Ctrl-C or SIGTERM. The token in SIGSTORE_ID_TOKEN lives ten minutes; the issuer's "
          "/token mints\n"
          "another.",
      .examples = {{"mpk sandbox up", "in a terminal of its own"},
                   {"mpk sandbox up --dir ./sandbox --port 5000", "fixed place and registry port"},
                   {"curl \"$MPK_SANDBOX_ISSUER/token?email=me@example.com\"", "a fresh token"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.option("--dir", "DIR", o->directory,
                   "Keep trust files and blobs here (default: temporary)", ValueKind::directory);
        set.option("--port", "PORT", o->port,
                   "Port of the registry; OIDC, CT log, Fulcio, Rekor and TSA take the next five "
                   "(default: any)");
        set.flag("--rekor-v1", o->rekor_v1,
                 "A Rekor v1 too, for signing-config-rekor-v1.json in the directory");
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
