// mpk aibom score: what a profile asks for, what the document says, and what to add.
#include "aibom/score.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "options/aibom_source.hpp"
#include "options/options.hpp"
#include "render/table.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

constexpr int kBelow = 1;

struct Options {
  RegistryOptions registry;
  TrustOptions trust;
  std::string source;
  std::optional<std::string> profile, fail_under;
};

std::vector<std::string> profile_names() {
  std::vector<std::string> out;
  for (const auto& each : aibom::profiles()) out.emplace_back(each.name);
  return out;
}

Result<const aibom::Profile*> chosen_profile(const std::string& name) {
  if (const auto* found = aibom::find_profile(name)) return found;
  const auto names = profile_names();
  const auto near = nearest(name, names);
  return Error(ErrorKind::usage, "--profile " + printable(name, 40) + ": no such profile",
               (near.empty() ? "" : "did you mean " + std::string(near) + "? ") +
                   "known: " + join(names, ", "));
}

Result<double> chosen_limit(const std::string& word) {
  auto number = parse_u64(word);
  if (number && *number <= 100) return static_cast<double>(*number);
  return Error(ErrorKind::usage,
               "--fail-under " + printable(word, 20) + ": expected a whole number from 0 to 100");
}

Json to_json(const aibom::Score& score, const std::string& source,
             const std::optional<double>& limit) {
  Json elements = Json::array();
  for (const auto& each : score.elements) {
    Json one = {{"id", std::string(each.element->id)},
                {"group", std::string(each.element->group)},
                {"name", std::string(each.element->name)},
                {"standing", std::string(to_string(each.standing))},
                {"pointer", each.pointer}};
    if (!each.add.empty()) one["add"] = each.add;
    elements.push_back(std::move(one));
  }
  Json out = {{"kind", "AibomScore"},
              {"source", source},
              {"profile", std::string(score.profile->name)},
              {"title", std::string(score.profile->title)},
              {"percent", score.percent},
              {"verifiedPercent", score.verified_percent},
              {"declaredPercent", score.declared_percent},
              {"penalty", score.penalty},
              {"counts",
               {{"verified", score.verified},
                {"declared", score.declared},
                {"placeholder", score.placeholders},
                {"missing", score.missing}}},
              {"elements", std::move(elements)}};
  if (limit) out["failUnder"] = *limit;
  return out;
}

std::string text_of(const aibom::Score& score) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& each : score.elements) {
    rows.push_back({std::string(to_string(each.standing)), std::string(each.element->id),
                    each.element->name == each.element->id ? "" : std::string(each.element->name),
                    each.add});
  }
  auto out = std::string(score.profile->title) + "\n\n" + table({{""}, {""}, {""}, {""}}, rows);
  out += fmt::format(
      "\nscore {:.1f} %: {:.1f} % verified, {:.1f} % declared\n{} of {} elements: {} verified, {} "
      "declared; {} missing, {}\n",
      score.percent, score.verified_percent, score.declared_percent,
      score.verified + score.declared, score.elements.size(), score.verified, score.declared,
      score.missing, counted(score.placeholders, "placeholder"));
  if (score.penalty < 1) {
    out += fmt::format("the profile's penalty for what is missing: × {:.3g}\n", score.penalty);
  }
  return out;
}

Result<int> run(const Options& o, Session& session) {
  const auto* profile = TRY(chosen_profile(o.profile.value_or("g7")));
  std::optional<double> limit;
  if (o.fail_under) limit = TRY(chosen_limit(*o.fail_under));
  const auto loaded = TRY(load_aibom(session, o.registry, o.trust, o.source));
  if (!loaded.document) return loaded.exit_code;
  const auto score = aibom::score_aibom(*loaded.document, *profile, !loaded.signed_by.empty());
  if (session.json()) {
    session.print_json(to_json(score, o.source, limit));
  } else {
    session.print(text_of(score));
  }
  if (!limit || score.percent >= *limit) return 0;
  session.say(
      fmt::format("refused by --fail-under {:.0f}: the score is {:.1f} %", *limit, score.percent));
  return kBelow;
}

}  // namespace

Command aibom_score_command() {
  return {
      .summary = "Score an aiBOM against a named profile, and say what to add",
      .description =
          "Each element of the profile is verified, declared, a placeholder or missing; the last "
          "two count\n"
          "zero. Verified is what the document's own tier properties call so. Works for CycloneDX "
          "documents\n"
          "by any tool, in a file or attached to an artifact.",
      .examples = {{"mpk aibom score bom.json --profile g7", "the 50 elements of the G7"},
                   {"mpk aibom create ./tiny-llama | mpk aibom score - --profile owasp", "a pipe"},
                   {"mpk aibom score bom.json --profile eu-xi --fail-under 60", "a gate for CI"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("FILE|REF", o->source, "Document, - for standard input, or artifact",
                       ValueKind::file);
        set.option("--profile", "NAME", o->profile,
                   "owasp, g7, bsi, cisa, ntia, eu-xi or eu-xii; g7 by default");
        set.suggest(profile_names());
        set.option("--fail-under", "PERCENT", o->fail_under,
                   "Exit 1 when the score, verified and declared together, is lower");
        o->trust.add_to(set);
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
