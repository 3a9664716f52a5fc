// mpk tag: give an existing artifact more names.
#include "commands/commands.hpp"
#include "flow/context.hpp"
#include "options/options.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  std::string source;
  std::vector<std::string> tags;
};

Result<int> run(const Options& o, Session& session) {
  auto reference = TRY(parse_reference(o.source));
  for (const auto& tag : o.tags) {
    if (!oci::is_tag(tag)) {
      return Error(ErrorKind::usage, "'" + tag + "' is no tag",
                   "letters, digits, '.', '_' and '-', at most 128, the first no '.' or '-'");
    }
  }
  auto context = session.context(o.registry.plain_http);
  auto store = TRY(flow::open_store(context, reference, {.mirrors = flow::Mirrors::none}));
  auto root = TRY(flow::resolve(*store, reference));
  for (const auto& tag : o.tags) TRY(store->tag(root, tag).with("tag " + tag));
  if (session.json()) {
    session.print_json({{"kind", "Tagged"},
                        {"reference", reference.text()},
                        {"digest", root.digest.text()},
                        {"tags", o.tags}});
  } else {
    for (const auto& tag : o.tags)
      session.print(reference.name() + ":" + tag + "@" + root.digest.text());
  }
  return 0;
}

}  // namespace

Command tag_command() {
  return {
      .summary = "Give an artifact more tags",
      .description =
          "The tags move to this artifact if they named another one. Its bytes are not touched.",
      .examples = {{"mpk tag ghcr.io/acme/llm:1.2 stable", "move 'stable' to 1.2"},
                   {"mpk tag ghcr.io/acme/llm@sha256:8ed4… 1.2 1 latest", "three tags at once"},
                   {"mpk tag oci:./models:1.2 stable", "in a local OCI layout"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("REF", o->source, "Artifact to tag", ValueKind::reference);
        set.positional("TAG", o->tags, "Tags to set");
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
