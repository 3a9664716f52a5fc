// mpk rm: remove a tag, or an artifact with what is attached to it.
#include "commands/commands.hpp"
#include "flow/local_store.hpp"
#include "options/options.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  std::string reference;
  bool local = false;
};

// Referrers first: a manifest must not be left named by an index that outlives it.
Result<std::vector<std::string>> remove_with_referrers(oci::Store& store,
                                                       const oci::Descriptor& root) {
  std::vector<std::string> removed;
  for (const auto& referrer : TRY(store.referrers(root.digest))) {
    TRY(store.remove_manifest(referrer));
    removed.push_back(referrer.digest.text());
  }
  TRY(store.remove_manifest(root));
  removed.push_back(root.digest.text());
  return removed;
}

Result<int> run(const Options& o, Session& session) {
  auto reference = TRY(parse_plain_reference(o.reference));
  if (!reference.tag && !reference.digest) {
    return Error(
        ErrorKind::usage, o.reference + ": neither a tag nor a digest",
        "a tag removes the name; a digest removes the artifact and what is attached to it");
  }
  if (o.local && reference.digest) {
    return Error(ErrorKind::usage, o.reference + ": --local removes a name, not a digest",
                 "mpk list shows the names in the local store");
  }
  auto context = session.context(o.registry.plain_http);
  std::vector<std::string> removed;
  if (o.local) {
    auto store = TRY(flow::open_local_store(context));
    TRY(store->resolve(reference.text()).with("local store"));
    TRY(store->remove_tag(reference.text()));
    removed.push_back(reference.text());
  } else {
    auto store = TRY(flow::open_store(context, reference, {.mirrors = flow::Mirrors::none}));
    if (reference.digest) {
      removed = TRY(remove_with_referrers(*store, TRY(flow::resolve(*store, reference))));
    } else {
      TRY(store->resolve(*reference.tag).with(reference.text()));
      TRY(store->remove_tag(*reference.tag));
      removed.push_back(reference.text());
    }
  }
  if (session.json()) {
    session.print_json(
        {{"kind", "Removed"}, {"reference", reference.text()}, {"removed", removed}});
  } else {
    for (const auto& each : removed) session.print("removed " + each);
  }
  return 0;
}

}  // namespace

Command rm_command() {
  return {.summary = "Remove a tag, or an artifact and what is attached to it",
          .description =
              "With a tag only the name goes; with a digest the artifact, its signatures and "
              "attestations go.\n"
              "Many registries refuse deletion; mpk says so then.",
          .examples = {{"mpk rm ghcr.io/acme/tiny-llama:old", "only the tag"},
                       {"mpk rm oci:./models@sha256:8ed4…", "an artifact in a layout"},
                       {"mpk rm --local ghcr.io/acme/tiny-llama:1.0", "from the local store"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("REF", o->reference, "Tag or digest", ValueKind::reference);
            set.flag("--local", o->local, "In the local store, not in the registry");
            o->registry.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
