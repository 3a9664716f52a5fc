// mpk check-store: hash again what is in a local store.
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
};

Result<int> run(const Options& o, Session& session) {
  const auto place = TRY(local_layout(o.where, session));
  const auto context = session.context();
  oci::CheckOptions options;
  options.workers = context.workers;
  options.progress = &context.progress;
  options.stats = &context.stats;
  options.cancel = context.cancel;
  const auto check = TRY(oci::check_layout(place.directory, options).with(place.name));
  const bool clean = check.problems.empty();
  if (session.json()) {
    Json problems = Json::array();
    for (const auto& problem : check.problems) {
      problems.push_back(
          {{"digest", problem.digest}, {"code", problem.code}, {"message", problem.message}});
    }
    session.print_json({{"kind", "StoreChecked"},
                        {"name", place.name},
                        {"blobs", check.blobs},
                        {"bytes", check.bytes},
                        {"problems", std::move(problems)}});
    return clean ? 0 : 1;
  }
  for (const auto& problem : check.problems) {
    session.print(problem.code + "  " + problem.digest + "  " + printable(problem.message, 300));
  }
  session.print(place.name + ": " + counted(check.blobs, "blob") + " (" + human_size(check.bytes) +
                "), " + (clean ? "all proven" : counted(check.problems.size(), "problem")));
  if (!clean)
    session.say("hint: pack, pull or copy the artifact again; a damaged blob is replaced");
  return clean ? 0 : 1;
}

}  // namespace

Command check_store_command() {
  return {.summary = "Hash again what is in the local store",
          .description =
              "Every blob is read and hashed, those by reference too, and each that a manifest "
              "names must be\n"
              "there. Nothing is changed.",
          .examples = {{"mpk check-store", "the local store"},
                       {"mpk check-store oci:./models", "an OCI layout"},
                       {"mpk check-store oci:./models --format json", "for a program"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("LAYOUT", o->where, "oci:DIR; without it the local store",
                           ValueKind::reference);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
