// mpk trust import: keep an instance's trusted root under a name.
#include "flow/trust_import.hpp"

#include "commands/commands.hpp"
#include "crypto/hash.hpp"
#include "session.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  std::string name, from;
};

Result<int> run(const Options& o, Session& session) {
  const auto imported = TRY(flow::import_trust(session.context(), o.name, o.from));
  const auto digest = crypto::sha256(std::string_view(imported.trusted_root));
  if (session.json()) {
    session.print_json({{"kind", "TrustImported"},
                        {"instance", imported.name},
                        {"from", imported.origin},
                        {"digest", digest.text()},
                        {"signingConfig", imported.signing_config.has_value()}});
    return 0;
  }
  session.print(imported.name + ": trusted root " + digest.brief() +
                (imported.signing_config ? " and signing config" : "") + " from " +
                imported.origin);
  session.say("use it with --instance " + imported.name);
  return 0;
}

}  // namespace

Command trust_import_command() {
  return {
      .summary = "Keep another instance's trusted root under a name",
      .description =
          "A trusted root, a client trust config, or a directory with them. It counts\n"
          "where --instance NAME asks for it, and nowhere else.",
      .examples = {{"mpk trust import trust_config.json corp", "for verify --instance corp"},
                   {"mpk trust import trusted_root.json github", "to verify only"},
                   {"mpk trust import ./sandbox-files sandbox", "trusted root and signing config"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("FILE|DIR", o->from, "What to import", ValueKind::file);
        set.positional("NAME", o->name, "Under which name");
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
