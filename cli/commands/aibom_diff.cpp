// mpk aibom diff: what changed between two versions of a model, by meaning.
#include "aibom/compare.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "exit_code.hpp"
#include "options/aibom_source.hpp"
#include "options/options.hpp"
#include "render/table.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  TrustOptions trust;
  std::string before, after;
  std::vector<std::string> fail_on;
};

std::vector<std::string> groups() {
  std::vector<std::string> out = {"any"};
  for (const auto kind : aibom::change_kinds()) {
    const std::string group(kind.substr(0, kind.find('.')));
    if (std::ranges::find(out, group) == out.end()) out.push_back(group);
  }
  return out;
}

std::vector<std::string> kinds_and_groups() {
  auto out = groups();
  for (const auto kind : aibom::change_kinds()) out.emplace_back(kind);
  return out;
}

Result<std::vector<std::string>> asked_for(const std::vector<std::string>& options) {
  const auto known = kinds_and_groups();
  std::vector<std::string> out;
  for (const auto& option : options) {
    for (const auto word : split(option, ',')) {
      if (std::ranges::find(known, word) == known.end()) {
        const auto near = nearest(word, known);
        return Error(ErrorKind::usage,
                     "--fail-on " + printable(option, 80) + ": " +
                         (word.empty() ? "an empty word"
                                       : "\"" + printable(word, 40) + "\" is no kind of change"),
                     near.empty() ? "one of " + join(groups(), ", ") +
                                        ", or a kind that mpk-aibom-diff(1) lists"
                                  : "did you mean " + std::string(near) + "?");
      }
      out.emplace_back(word);
    }
  }
  return out;
}

Json changes_json(const std::vector<aibom::FactChange>& changes,
                  const std::vector<std::string>& failed) {
  Json list = Json::array();
  for (const auto& change : changes) {
    Json each = {{"kind", change.kind}, {"subject", change.subject}};
    each["before"] = change.before ? Json(*change.before) : Json();
    each["after"] = change.after ? Json(*change.after) : Json();
    list.push_back(std::move(each));
  }
  Json out = {{"kind", "AibomDiff"}, {"version", 1}};
  out["changes"] = std::move(list);
  out["failed"] = failed;
  return out;
}

// A digest or a schema is told apart by its first characters; JSON has the whole of it.
std::string cell(const std::optional<std::string>& value, bool verbose) {
  return value ? printable(*value, verbose ? 0 : 32) : std::string("-");
}

std::string changes_text(const std::vector<aibom::FactChange>& changes, bool verbose) {
  if (changes.empty()) return "no difference\n";
  std::vector<std::vector<std::string>> rows;
  for (const auto& change : changes) {
    // The subject is the value where nothing else is said of it.
    const bool itself = change.before == change.subject || change.after == change.subject;
    rows.push_back(
        {change.kind, printable(change.subject, verbose ? 0 : 72),
         itself ? "" : cell(change.before, verbose) + " → " + cell(change.after, verbose)});
  }
  return table({{.title = ""}, {.title = ""}, {.title = ""}}, rows) +
         counted(changes.size(), "change") + "\n";
}

Result<int> run(const Options& o, Session& session) {
  const auto asked = TRY(asked_for(o.fail_on));
  const auto before = TRY(load_aibom(session, o.registry, o.trust, o.before));
  if (!before.document) return before.exit_code;
  const auto after = TRY(load_aibom(session, o.registry, o.trust, o.after));
  if (!after.document) return after.exit_code;
  const auto changes = aibom::compare_documents(*before.document, *after.document);
  std::vector<std::string> failed;
  for (const auto& change : changes) {
    const bool counts = std::ranges::any_of(
        asked, [&](const std::string& word) { return aibom::is_asked_for(change.kind, word); });
    if (counts && std::ranges::find(failed, change.kind) == failed.end())
      failed.push_back(change.kind);
  }
  if (session.json()) {
    session.print_json(changes_json(changes, failed));
  } else {
    session.print_raw(changes_text(changes, session.verbose()));
  }
  if (failed.empty()) return kExitPass;
  session.say("refused by --fail-on: " + join(failed, ", "));
  return kExitFailed;
}

}  // namespace

Command aibom_diff_command() {
  return {
      .summary = "Tell what changed between two aiBOMs, by meaning",
      .description =
          "Weights, quantisation, architecture, data, licence, lineage, evaluations, permissions, "
          "tiers and\nfindings of two versions. The documents are compared, nothing else: mpk diff "
          "compares the bytes.",
      .examples = {{"mpk aibom diff old.json new.json", "two files"},
                   {"mpk aibom diff ghcr.io/acme/llm:1.0 ghcr.io/acme/llm:1.1 --fail-on "
                    "license,permissions",
                    "exit 1 when those changed"},
                   {"mpk aibom diff old.json new.json --format json | jq '.changes[].kind'",
                    "for a script"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("A", o->before, "Document or artifact before", ValueKind::file);
        set.positional("B", o->after, "Document or artifact after", ValueKind::file);
        set.option("--fail-on", "CHANGE[,CHANGE…]", o->fail_on,
                   "Exit 1 on changes of this kind or group, or on any");
        set.suggest(kinds_and_groups());
        o->trust.add_to(set);
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
