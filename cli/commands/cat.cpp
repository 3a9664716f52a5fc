// mpk cat: one file of an artifact on standard output.
#include "flow/cat.hpp"

#include "commands/commands.hpp"
#include "exit_code.hpp"
#include "options/options.hpp"

#include <string>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  std::string reference, path;
};

Result<int> run(const Options& o, Session& session) {
  if (session.json()) {
    return Error(ErrorKind::usage, "cat prints the file itself: there is no JSON of it",
                 "mpk inspect --format json has its digest");
  }
  auto reference = TRY(parse_reference(o.reference));
  bool printed = false;
  auto done = flow::cat(session.context(o.registry.plain_http), reference, o.path,
                        [&](BytesView piece) -> Result<void> {
                          printed = true;
                          return session.stream(piece);
                        });
  if (done) return 0;
  if (session.output_failed()) {
    // A reader that went away is no error, but what it has seen was not proven.
    TRY(session.flush());
    return kExitUndecided;
  }
  if (!printed) return std::move(done).error();
  return std::move(done).error().with_hint("what was printed is not to be trusted");
}

}  // namespace

Command cat_command() {
  return {
      .summary = "Print one file of an artifact",
      .description =
          "Exit code 0 means that size and digest were proven; a file of a raw layer "
          "is printed while\n"
          "it arrives (unless the registry has mirrors), so wait for the exit code before you use "
          "it.",
      .examples = {{"mpk cat ghcr.io/acme/tiny-llama:1.0 config.json", "without pulling the rest"},
                   {"mpk cat ghcr.io/acme/tiny-llama:1.0 README.md | less", "read the card"},
                   {"mpk cat oci:./models:1.0 tokenizer.json > tokenizer.json",
                    "from a layout, into a file"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("REF", o->reference, "Artifact", ValueKind::reference);
        set.positional("PATH", o->path, "A file as mpk inspect lists it");
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
