// mpk aibom score: what a profile asks for, what the document says, and what to add.
#include "aibom/score.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "json/parse.hpp"
#include "render/table.hpp"
#include "session.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

constexpr int kBelow = 21;

struct Options {
  std::string file;
  std::optional<std::string> profile, min;
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
  return Error(
      ErrorKind::usage, "--profile " + printable(name, 40) + ": no such profile",
      near.empty() ? "one of " + join(names, ", ") : "did you mean " + std::string(near) + "?");
}

Result<double> chosen_min(const std::string& word) {
  auto number = parse_u64(word);
  if (number && *number <= 100) return static_cast<double>(*number);
  return Error(ErrorKind::usage,
               "--min " + printable(word, 20) + ": expected a whole number from 0 to 100");
}

Json to_json(const aibom::Score& score, const std::string& file, const std::optional<double>& min) {
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
              {"file", file},
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
  if (min) out["min"] = *min;
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

bool is_cyclonedx(const Json& document) {
  if (!document.is_object()) return false;
  const auto found = document.find("bomFormat");
  return found != document.end() && *found == "CycloneDX";
}

Result<int> run(const Options& o, Session& session) {
  const auto* profile = TRY(chosen_profile(o.profile.value_or("g7")));
  std::optional<double> min;
  if (o.min) min = TRY(chosen_min(*o.min));
  auto text = TRY(session.flag_file("aibom", o.file, limits::kJsonDocument));
  auto parsed = json::parse(text, {.max_depth = 128});
  if (!parsed) return session.refuse(std::move(parsed).error().with(o.file), kBelow);
  if (!is_cyclonedx(*parsed)) {
    return session.refuse(
        Error(ErrorKind::malformed,
              o.file + ": not a CycloneDX document: it has no bomFormat \"CycloneDX\"",
              "mpk aibom create writes one"),
        kBelow);
  }
  const auto score = aibom::score_aibom(*parsed, *profile);
  if (session.json()) {
    session.print_json(to_json(score, o.file, min));
  } else {
    session.print(text_of(score));
  }
  if (!min || score.percent >= *min) return 0;
  session.say(fmt::format("below --min {:.0f}", *min));
  return kBelow;
}

}  // namespace

Command aibom_score_command() {
  return {
      .path = {"aibom", "score"},
      .summary = "Score an aiBOM against a named profile, and say what to add",
      .description =
          "Each element of the profile is verified, declared, a placeholder or missing; the last "
          "two count\n"
          "zero. Verified is what the document's own tier properties call so. Works for CycloneDX "
          "documents\n"
          "by any tool. Exit code 21 below --min.",
      .examples = {{"mpk aibom score bom.json --profile g7", "the 50 elements of the G7"},
                   {"mpk aibom create ./tiny-llama | mpk aibom score - --profile owasp", "a pipe"},
                   {"mpk aibom score bom.json --profile eu-xi --min 60", "a gate for CI"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("FILE", o->file, "Document, - for standard input", ValueKind::file);
        set.option("--profile", "NAME", o->profile,
                   "owasp, g7, bsi, cisa, ntia, eu-xi or eu-xii; g7 by default");
        set.suggest(profile_names());
        set.option("--min", "N", o->min, "Exit 21 when the score is below N percent");
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
