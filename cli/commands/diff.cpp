// mpk diff: what differs between two artifacts, by file, by tensor and by fact.
#include "flow/diff.hpp"

#include "commands/commands.hpp"
#include "exit_code.hpp"
#include "options/options.hpp"
#include "render/diff.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  std::string before, after;
  bool exit_code = false;
};

/// A word is a reference or a path by its form, never by what lies on the disk.
Result<flow::DiffTarget> target(const std::string& word) {
  if (oci::Reference::looks_like(word)) return flow::DiffTarget(TRY(parse_reference(word)));
  return flow::DiffTarget(std::filesystem::path(word));
}

Result<int> run(const Options& o, Session& session) {
  const auto before = TRY(target(o.before));
  const auto after = TRY(target(o.after));
  const auto diff = TRY(flow::diff(session.context(o.registry.plain_http), before, after));
  if (session.json()) {
    session.print_json(diff_json(diff));
  } else {
    session.print_raw(diff_text(diff, session.verbose()));
    for (const auto& note : diff.notes) session.warn(note);
  }
  return o.exit_code && diff.differ() ? kExitFailed : kExitPass;
}

}  // namespace

Command diff_command() {
  return {
      .summary = "Compare two artifacts by file, by tensor and by fact",
      .description =
          "Files are compared by digest. Of weights that differ only the headers are fetched, by "
          "ranges, so\n"
          "that terabytes are compared in seconds; that same tensors have other values is "
          "concluded "
          "from\n"
          "digests. Nothing is verified: mpk verify does that.",
      .examples = {{"mpk diff ghcr.io/acme/tiny-llama:1.0 ghcr.io/acme/tiny-llama:1.1",
                    "what a new version changes"},
                   {"mpk diff ghcr.io/acme/tiny-llama:1.0 ./tiny-llama --exit-code",
                    "exit 1 unless the directory is what was pushed"},
                   {"mpk diff oci:./models:1.0 oci:./models:1.1 --format json | jq '.weights'",
                    "the tensors, for a script"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("A", o->before, "Artifact or directory before", ValueKind::reference);
        set.positional("B", o->after, "Artifact or directory after", ValueKind::reference);
        set.flag("--exit-code", o->exit_code, "Exit 1 when they differ");
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
