// mpk aibom create: the aiBOM of a directory or of an artifact.
#include "aibom/build.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "flow/describe.hpp"
#include "options/declared_options.hpp"
#include "options/options.hpp"
#include "options/output_file.hpp"
#include "options/pack_options.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  PackFlags pack;
  AibomFlags aibom;
  DeclaredOptions declared;
  std::string target;
  std::optional<std::string> output, fail_on, overlay;
  bool content = false;
};

Result<model::Severity> severity(const std::string& word) {
  for (auto each : {model::Severity::info, model::Severity::low, model::Severity::medium,
                    model::Severity::high}) {
    if (to_string(each) == word) return each;
  }
  return Error(ErrorKind::usage, "--fail-on " + printable(word, 40) + ": no such level",
               "one of info, low, medium, high");
}

Json written_json(const std::string& path, const aibom::Counts& tiers,
                  const model::ModelInfo& info) {
  return {
      {"kind", "AibomWritten"},
      {"file", path},
      {"facts",
       {{"verified", tiers.verified}, {"declared", tiers.declared}, {"inferred", tiers.inferred}}},
      {"findings", findings_json(info)}};
}

Result<int> run(const Options& o, Session& session) {
  flow::DescribeRequest request;
  request.spec_version = TRY(o.aibom.version());
  request.sha512 = TRY(o.aibom.sha512());
  std::optional<model::Severity> fail_on;
  if (o.fail_on) fail_on = TRY(severity(*o.fail_on));
  if (o.output) TRY(check_output(*o.output));
  request.created = TRY(session.created(o.pack.created));
  request.declared = TRY(o.declared.resolve(session));
  if (o.pack.modelfile) request.modelfile = *o.pack.modelfile;
  if (o.overlay) request.overlay = *o.overlay;
  if (oci::Reference::looks_like(o.target)) {
    request.reference = TRY(parse_reference(o.target));
    request.content = o.content;
  } else {
    if (o.content)
      return Error(ErrorKind::usage, "--content is for references: a directory is always read");
    request.directory = o.target;
  }
  auto described = TRY(flow::describe(session.context(o.registry.plain_http), request));
  auto text = json::pretty(described.aibom);
  auto tiers = aibom::count_tiers(described.aibom);
  if (!o.output) {
    session.print_raw(text);
  } else {
    TRY(write_output(*o.output, text));
    session.say("written to " + *o.output);
    if (session.json()) session.print_json(written_json(*o.output, tiers, described.info));
  }
  session.say("CycloneDX " + std::string(to_string(request.spec_version)) + " · " +
              counted(tiers.verified, "fact") + " verified, " + std::to_string(tiers.declared) +
              " declared, " + std::to_string(tiers.inferred) + " inferred");
  int code = 0;
  for (const auto& finding : described.info.findings) {
    session.say(finding_line(finding));
    if (fail_on && finding.severity >= *fail_on) code = 1;
  }
  return code;
}

}  // namespace

Command aibom_create_command() {
  return {
      .summary = "Write the aiBOM (CycloneDX) of a directory or an artifact",
      .description =
          "Computed from the bytes: file digests, tensors, types, parameters; then what the model "
          "card and\n"
          "configs declare. Each fact carries how far it is proven; contradictions are findings. "
          "The\n"
          "document is validated before it is written.\n"
          "Of an artifact in a registry only headers and documents are fetched; what nothing "
          "proves "
          "then\n"
          "counts as declared. --content fetches everything.",
      .examples = {{"mpk aibom create ./tiny-llama > bom.json",
                    "of a directory, to standard output"},
                   {"mpk aibom create ghcr.io/acme/tiny-llama:1.0 -o bom.json", "of an artifact"},
                   {"mpk aibom create ./tiny-llama --spec-version 1.7 -o bom.json",
                    "CycloneDX 1.7"},
                   {"mpk aibom create ./tiny-llama --fail-on medium -o bom.json",
                    "exit 1 when the model contradicts itself"},
                   {"mpk aibom create ./tiny-llama --training run.yaml --evaluation results.json "
                    "-o bom.json",
                    "with what only people know"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("DIR|REF", o->target, "Directory or artifact", ValueKind::directory);
        set.option("-o,--output", "FILE", o->output, "Write here instead of standard output",
                   ValueKind::file);
        o->aibom.add_to(set);
        set.option("--fail-on", "LEVEL", o->fail_on,
                   "Exit 1 on findings of this level or higher: info, low, medium, high");
        set.suggest({"info", "low", "medium", "high"});
        set.option("--overlay", "FILE", o->overlay,
                   "What no file tells, instead of the model's own aibom.yaml", ValueKind::file);
        set.flag("--content", o->content,
                 "Of an artifact: read and prove every byte (a layout's always are)");
        o->declared.add_to(set);
        o->pack.add_to(set);
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
