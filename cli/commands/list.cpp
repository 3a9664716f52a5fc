// mpk list: tags of a repository or layout, or what is in the local store.
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "flow/local_store.hpp"
#include "options/options.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  std::optional<std::string> where;
};

Result<int> run(const Options& o, Session& session) {
  auto context = session.context(o.registry.plain_http);
  std::string name = "local store";
  std::vector<std::string> tags;
  std::unique_ptr<oci::Store> store;
  if (o.where) {
    auto reference = TRY(parse_plain_reference(*o.where));
    if (reference.tag || reference.digest) {
      return Error(ErrorKind::usage, *o.where + ": a tag or digest has no list",
                   "mpk list " + reference.name() + ", or mpk inspect " + *o.where);
    }
    name = reference.name();
    store = TRY(flow::open_store(context, reference));
  } else {
    auto opened = flow::open_local_store(context);
    if (!opened && opened.error().kind() != ErrorKind::not_found) return std::move(opened).error();
    if (opened) store = opened.take();
  }
  if (store) tags = TRY(store->tags().with(name));
  if (session.json()) {
    session.print_json({{"kind", "List"}, {"name", name}, {"tags", tags}});
    return 0;
  }
  for (const auto& tag : tags) session.print(printable(tag));
  if (tags.empty()) session.say(name + ": nothing there yet");
  return 0;
}

}  // namespace

Command list_command() {
  return {.summary = "List the tags of a repository, a layout or the local store",
          .description = {},
          .examples = {{"mpk list", "what mpk pack put into the local store"},
                       {"mpk list ghcr.io/acme/tiny-llama", "tags of a repository"},
                       {"mpk list oci:./models", "tags of a layout"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("NAME", o->where, "HOST/REPO or oci:DIR; nothing: the local store",
                           ValueKind::reference);
            o->registry.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
