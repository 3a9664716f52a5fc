// mpk admit scan: what runs in a cluster or lies in a registry already, judged as the gate would.
#include "admit/limits.hpp"
#include "admit/registry_judge.hpp"
#include "admit/registry_scan.hpp"
#include "admit/scan.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "options/gate_options.hpp"
#include "options/judge_options.hpp"
#include "options/options.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace mpk::cli {
namespace {

using Outcome = admit::ScannedObject::Outcome;

// Nobody is waiting who would ask again.
constexpr std::size_t kWaiting = 10'000'000;
constexpr std::size_t kName = 253;

struct Options {
  RegistryOptions registry;
  JudgeOptions judge;
  GateFlags gate;
  std::vector<std::string> files, registries;
};

Result<std::vector<Json>> read_objects(const Options& o, Session& session) {
  auto files = o.files;
  if (files.empty() && o.registries.empty()) files.emplace_back("-");
  std::vector<Json> out;
  for (const auto& file : files) {
    const auto text = TRY(session.flag_file("", file, admit::limits::kDumpBytes));
    auto objects = admit::objects_of(text, file == "-" ? "standard input" : printable(file, 200));
    if (!objects) return std::move(objects).error().with_kind(ErrorKind::usage);
    std::move(objects->begin(), objects->end(), std::back_inserter(out));
  }
  return out;
}

std::string line(const admit::ScannedObject& object) {
  auto name = printable(object.name, kName);
  if (!object.name_space.empty()) name = printable(object.name_space, kName) + "/" + name;
  const auto count = object.findings.size();
  return fmt::format("{:<10} {} {}: {}", admit::to_string(object.outcome),
                     printable(object.kind, kName), name,
                     object.outcome != Outcome::allowed
                         ? printable(object.message, admit::limits::kMessageCharacters)
                         : fmt::format("{} verified", count));
}

void print_text(const admit::Scan& scan, Session& session) {
  for (const auto& object : scan.objects) {
    const bool shown = object.outcome == Outcome::refused || object.outcome == Outcome::undecided ||
                       (object.outcome == Outcome::allowed && !session.quiet());
    if (shown) session.print(line(object));
  }
  std::string summary =
      fmt::format("{} object{}", scan.objects.size(), scan.objects.size() == 1 ? "" : "s");
  for (const auto& [outcome, words] :
       {std::pair{Outcome::allowed, "allowed"},
        {Outcome::refused, "refused"},
        {Outcome::undecided, "undecided"},
        {Outcome::exempt, "exempt"},
        {Outcome::none, "without anything that the policy is about"}}) {
    if (const auto count = scan.count(outcome); count > 0)
      summary += fmt::format(", {} {}", count, words);
  }
  session.print(summary);
}

Result<int> run(const Options& o, Session& session) {
  if (!o.judge.policy.file) return policy_missing();
  auto request = TRY(o.judge.resolve(session));
  auto gate = TRY(o.gate.resolve(session, request));
  const auto rules =
      std::make_shared<const admit::Rules>(admit::Rules{std::move(request), std::move(gate)});
  const auto objects = TRY(read_objects(o, session));
  const auto context = session.serving(o.registry.plain_http, session.cancel());
  admit::Verdicts verdicts({.waiting = kWaiting},
                           [&context] { return admit::make_registry_judge(context); });
  const auto& policy = *rules->request.policies;
  auto scan = TRY(admit::scan_objects(objects, rules, verdicts, session.cancel()));
  for (const auto& where : o.registries) {
    auto tagged = TRY(admit::find_tagged(context, where, policy).with("--registry"));
    std::ranges::move(tagged.others, std::back_inserter(scan.objects));
    std::ranges::move(
        TRY(admit::scan_references(tagged.references, rules, verdicts, session.cancel())),
        std::back_inserter(scan.objects));
  }
  if (session.json()) {
    session.print_json(to_json(scan, policy));
  } else if (session.format() == "openreports") {
    session.print_json(openreports(scan, policy, session.clock().now()));
  } else {
    print_text(scan, session);
  }
  return scan.exit_code();
}

}  // namespace

Command admit_scan_command() {
  return {
      .summary = "Judge what a cluster runs or a registry has already",
      .description =
          "Reads what kubectl get -o yaml or -o json prints, and judges each object as if it were "
          "created now;\nwith --registry, what the tags of a registry name. Each model is verified "
          "once. Exit code 1 when\nsomething would be refused, 3 when something could not be "
          "decided.",
      .examples = {{"kubectl get pods,deployments,statefulsets,daemonsets,jobs,cronjobs -A -o yaml "
                    "| mpk admit scan --policy prod.yaml",
                    "what a cluster runs"},
                   {"mpk admit scan --policy prod.yaml deploy/*.yaml", "what is to be deployed"},
                   {"mpk admit scan --policy prod.yaml --registry 'registry.example.com/models/*'",
                    "what could be deployed"},
                   {"mpk admit scan --policy prod.yaml dump.json --format openreports | kubectl "
                    "apply -f -",
                    "for the dashboards of a cluster"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional(
            "FILE", o->files,
            "Objects of Kubernetes (YAML, JSON); default: standard input, unless --registry",
            ValueKind::file, false);
        set.option("--registry", "WHERE", o->registries,
                   "Tags of HOST, of HOST/REPO or of what fits HOST/GLOB; repeatable");
        o->judge.add_to(set);
        o->gate.add_to(set);
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      },
      .formats = {"text", "json", "openreports"}};
}

}  // namespace mpk::cli
