// mpk agent export: the pins for a policy engine.
#include "agent/permissions.hpp"
#include "commands/commands.hpp"
#include "json/value.hpp"
#include "options/bom_file.hpp"
#include "options/output_file.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::cli {
namespace {

struct Options {
  std::optional<std::string> aibom, output;
  std::string as = "cedar";
};

std::string exported(const Options& o, const std::vector<agent::Server>& pins) {
  if (o.as == "cedar") return agent::cedar_policies(pins);
  if (o.as == "cedar-entities") return json::pretty(agent::cedar_entities(pins));
  return json::pretty(agent::opa_data(pins));
}

Result<int> run(const Options& o, Session& session) {
  if (!o.aibom) return Error(ErrorKind::usage, "--aibom FILE is missing");
  if (o.output) TRY(check_output(*o.output));
  auto pins = read_pinned(session, *o.aibom);
  if (!pins) return bom_answer(session, std::move(pins).error());
  const auto text = exported(o, *pins);
  if (o.output) {
    TRY(write_output(*o.output, text));
    session.say("written to " + *o.output);
  } else if (!text.empty()) {
    session.print_raw(text);
  }
  return 0;
}

}  // namespace

Command agent_export_command() {
  return {.summary = "Write the pinned tools as Cedar policies or OPA data",
          .description =
              "For a gateway that decides on each call: only a pinned tool, and only at its pinned "
              "digest.",
          .examples = {{"mpk agent export --aibom bom.json --as cedar -o tools.cedar",
                        "one permit a tool"},
                       {"mpk agent export --aibom bom.json --as cedar-entities",
                        "servers and tools with hints and scopes"},
                       {"mpk agent export --aibom bom.json --as opa -o data.json", "for OPA"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.option("--aibom", "FILE", o->aibom, "aiBOM with the pins (CycloneDX)",
                       ValueKind::file);
            set.choice("--as", o->as, {"cedar", "cedar-entities", "opa"}, "What to write");
            set.option("-o,--output", "FILE", o->output, "Write here instead of standard output",
                       ValueKind::file);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
