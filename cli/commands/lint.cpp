// mpk lint: what in an artifact deviates from ModelPack's specification, clause by clause.
#include "modelpack/lint.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "exit_code.hpp"
#include "oci/manifest.hpp"
#include "options/options.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  std::string reference;
  std::string fail_on = "error";
  bool manifest_only = false;
};

Json finding_json(const modelpack::LintFinding& finding) {
  Json out = {{"severity", to_string(finding.severity)},
              {"code", finding.rule->code},
              {"clause", finding.rule->clause},
              {"profile", finding.profile.empty() ? "all" : finding.profile},
              {"document", finding.document},
              {"pointer", finding.pointer},
              {"layer", nullptr},
              {"message", finding.message},
              {"hint", finding.rule->hint}};
  if (finding.layer) out["layer"] = *finding.layer;
  return out;
}

std::string finding_text(const modelpack::LintFinding& finding) {
  std::string severity(to_string(finding.severity));
  severity.resize(8, ' ');
  return severity + finding.document + " " +
         (finding.pointer.empty() ? "/" : printable(finding.pointer)) + ": " + finding.message +
         " [" + std::string(finding.rule->code) + "]\n        " +
         std::string(finding.rule->clause) +
         (finding.profile.empty() ? "" : " (" + finding.profile + ")") +
         "\n        hint: " + std::string(finding.rule->hint);
}

std::size_t count(const std::vector<modelpack::LintFinding>& findings,
                  modelpack::LintSeverity severity) {
  return static_cast<std::size_t>(
      std::ranges::count(findings, severity, &modelpack::LintFinding::severity));
}

Result<int> run(const Options& o, Session& session) {
  const auto fail_on = TRY(modelpack::parse_lint_severity(o.fail_on));
  const auto reference = TRY(parse_reference(o.reference));
  const auto context = session.context(o.registry.plain_http);
  const auto store = TRY(flow::open_store(context, reference));
  const auto descriptor = TRY(flow::resolve(*store, reference));
  const auto bytes = TRY(store->fetch_manifest(descriptor));
  const auto manifest = TRY(oci::parse_manifest(bytes, descriptor.media_type));
  const auto config =
      TRY(oci::fetch_text(*store, manifest.config, limits::kConfigBlob).with("config"));
  std::vector<modelpack::LintedArchive> archives;
  if (!o.manifest_only) {
    archives =
        TRY(modelpack::read_linted_archives(*store, manifest, &context.progress, context.cancel));
  }
  const auto findings = TRY(modelpack::lint(bytes, config, archives));
  const bool failed = std::ranges::any_of(
      findings, [&](const auto& finding) { return finding.severity >= fail_on; });
  const int code = failed ? kExitFailed : kExitPass;
  if (session.json()) {
    Json list = Json::array();
    for (const auto& finding : findings) list.push_back(finding_json(finding));
    session.print_json({{"kind", "Lint"},
                        {"reference", reference.text()},
                        {"digest", descriptor.digest.text()},
                        {"failed", failed},
                        {"findings", list}});
    return code;
  }
  for (const auto& finding : findings) session.print(finding_text(finding));
  session.print(pinned(reference, descriptor.digest) + ": " +
                counted(count(findings, modelpack::LintSeverity::error), "error") + ", " +
                counted(count(findings, modelpack::LintSeverity::warning), "warning") + ", " +
                counted(count(findings, modelpack::LintSeverity::note), "note"));
  return code;
}

}  // namespace

Command lint_command() {
  return {
      .summary = "Check an artifact against the ModelPack specification",
      .description =
          "Manifest and config are held against the present specification and its "
          "last release (v0.0.7), and\n"
          "against what known readers refuse or skip. Of the layers, archives are read.",
      .examples = {{"mpk lint ghcr.io/acme/tiny-llama:1.0", "in a registry"},
                   {"mpk lint oci:./models:1.0 --fail-on warning", "be strict"},
                   {"mpk lint ghcr.io/acme/tiny-llama:1.0 --format json | jq '.findings[].code'",
                    "for a script"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("REF", o->reference, "Artifact", ValueKind::reference);
        set.choice("--fail-on", o->fail_on, {"error", "warning", "note"},
                   "The least severity that makes the exit code 1");
        set.flag("--manifest-only", o->manifest_only, "Read no archive: manifest and config only");
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
