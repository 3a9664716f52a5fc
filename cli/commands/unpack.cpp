// mpk unpack: an artifact's files from the local store, or a layout, into a directory.
#include "commands/commands.hpp"
#include "flow/pull.hpp"
#include "options/pull_flags.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  PullFlags pull;
  std::string reference;
};

Result<int> run(const Options& o, Session& session) {
  auto request = TRY(o.pull.request(o.reference));
  request.from_local_store = request.reference.kind == oci::Reference::Kind::registry;
  const auto outcome = TRY(flow::pull(session.context(), request));
  for (const auto& warning : outcome.files.warnings) session.warn(warning);
  if (session.json()) {
    session.print_json(pulled_json("Unpacked", request, outcome));
  } else {
    session.print(pulled_line("unpacked", request, outcome));
  }
  return 0;
}

}  // namespace

Command unpack_command() {
  return {
      .summary = "Unpack an artifact from the local store into a directory",
      .description =
          "What mpk pull does, without a registry: from where mpk pack put it. Every path and "
          "digest is\n"
          "proven before a file gets its name.",
      .examples = {{"mpk unpack ghcr.io/acme/tiny-llama:1.0 -o ./model", "from the local store"},
                   {"mpk unpack oci:./models:1.0 -o ./model", "from an OCI layout"},
                   {"mpk unpack oci:./models:1.0 -o ./model --kind config --overwrite",
                    "a part of it, replacing"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("REF", o->reference, "Artifact", ValueKind::reference);
        o->pull.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      },
      .goes_on = true};
}

}  // namespace mpk::cli
