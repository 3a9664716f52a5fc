// mpk prune: remove from a local store what nothing needs.
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "oci/layout_care.hpp"
#include "options/store_option.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  std::optional<std::string> where;
  bool untagged = false, dry_run = false;
};

Result<int> run(const Options& o, Session& session) {
  const auto place = TRY(local_layout(o.where, session));
  oci::PruneOptions options;
  // In the local store a name is the only way to an artifact.
  options.untagged = o.untagged || !o.where;
  options.dry_run = o.dry_run;
  options.cancel = session.context().cancel;
  const auto pruned = TRY(oci::prune_layout(place.directory, options).with(place.name));
  if (session.json()) {
    Json blobs = Json::array();
    for (const auto& blob : pruned.blobs) {
      blobs.push_back({{"digest", blob.digest.text()}, {"size", blob.size}});
    }
    session.print_json({{"kind", "Pruned"},
                        {"name", place.name},
                        {"dryRun", o.dry_run},
                        {"blobs", std::move(blobs)},
                        {"untagged", pruned.entries},
                        {"bytes", pruned.bytes}});
    return 0;
  }
  for (const auto& blob : pruned.blobs) {
    if (o.dry_run || session.verbose()) {
      session.print((o.dry_run ? "would remove " : "removed ") + blob.digest.text() + "  " +
                    human_size(blob.size));
    }
  }
  session.print(std::string(o.dry_run ? "would free " : "freed ") + human_size(pruned.bytes) +
                " (" + counted(pruned.blobs.size(), "blob") + ")");
  return 0;
}

}  // namespace

Command prune_command() {
  return {
      .summary = "Remove from the local store what nothing needs",
      .description =
          "Removes blobs that no artifact names. In the local store artifacts without a name go "
          "too (mpk rm\n"
          "--local takes a name away), in a layout only with --untagged; signatures and "
          "attestations stay and\n"
          "go with what they are attached to. Waits while somebody packs into it.",
      .examples = {{"mpk prune --dry-run", "what would go from the local store"},
                   {"mpk prune oci:./models", "from an OCI layout"},
                   {"mpk prune oci:./models --untagged", "and artifacts without a tag"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("LAYOUT", o->where, "oci:DIR; without it the local store",
                       ValueKind::reference);
        set.flag("--dry-run", o->dry_run, "Only say what would be removed");
        set.flag("--untagged", o->untagged, "Also artifacts without a tag");
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
