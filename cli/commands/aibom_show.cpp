// mpk aibom show: the facts of an aiBOM on one screen, or as one page.
#include "aibom/agree.hpp"
#include "aibom/build.hpp"
#include "aibom/page.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "options/aibom_source.hpp"
#include "options/options.hpp"
#include "options/output_file.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  TrustOptions trust;
  std::string source;
  std::optional<std::string> output;
  bool html = false;
};

void line(std::string& out, const char* label, const std::string& value) {
  if (value.empty()) return;
  std::string padded(label);
  padded.resize(16, ' ');
  out += padded + printable(value, 400) + "\n";
}

std::string text_of(const Json& bom, const aibom::Summary& summary) {
  std::string out;
  line(out, "model", summary.name + (summary.version.empty() ? "" : " " + summary.version));
  line(out, "document", "CycloneDX " + summary.spec_version + " · " + summary.serial_number);
  line(out, "architecture", summary.architecture);
  line(out, "family", summary.family);
  line(out, "task", summary.task);
  line(out, "parameters", summary.parameters);
  line(out, "quantization", summary.quantization);
  line(out, "context", summary.context_length);
  line(out, "licences", join(summary.licenses, ", "));
  line(out, "base models", join(summary.base_models, ", "));
  line(out, "datasets", join(summary.datasets, ", "));
  line(out, "training", summary.training);
  // A harness reports hundreds: the page has them all.
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < summary.evaluations.size() && i < kShown; ++i)
    line(out, "evaluation", summary.evaluations[i]);
  if (summary.evaluations.size() > kShown)
    line(out, "", std::to_string(summary.evaluations.size() - kShown) + " more: --html shows them");
  line(out, "files", std::to_string(summary.files));
  auto tiers = aibom::count_tiers(bom);
  line(out, "facts",
       std::to_string(tiers.verified) + " verified, " + std::to_string(tiers.declared) +
           " declared, " + std::to_string(tiers.inferred) + " inferred");
  for (const auto& finding : summary.findings) line(out, "finding", finding);
  return out;
}

Result<int> run(const Options& o, Session& session) {
  if (o.html && session.json())
    return Error(ErrorKind::usage, "--html and --format json: two forms of one output");
  if (o.output && !o.html)
    return Error(ErrorKind::usage, "-o is for --html", "the rest goes to standard output: > FILE");
  if (o.output) TRY(check_output(*o.output));
  const auto loaded = TRY(load_aibom(session, o.registry, o.trust, o.source));
  if (!loaded.document) return loaded.exit_code;
  const auto& bom = *loaded.document;
  if (o.html) {
    const auto page = aibom::html_page(bom);
    if (!o.output) {
      session.print_raw(page);
      return 0;
    }
    TRY(write_output(*o.output, page));
    session.say("written to " + *o.output);
    return 0;
  }
  if (session.json()) {
    session.print_json(bom);
    return 0;
  }
  session.print(text_of(bom, aibom::summarize(bom)));
  return 0;
}

}  // namespace

Command aibom_show_command() {
  return {.summary = "Show the facts of an aiBOM",
          .description =
              "Of a file, or of the newest aiBOM attached to an artifact. With --html as one page "
              "for a "
              "browser\nthat needs no network and no script.",
          .examples = {{"mpk aibom show bom.json", "a file"},
                       {"mpk aibom show ghcr.io/acme/tiny-llama:1.0", "what is attached"},
                       {"mpk aibom show bom.json --html -o bom.html", "a page to read or print"},
                       {"mpk aibom create ./tiny-llama | mpk aibom show -", "a pipe"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("FILE|REF", o->source, "Document, - for standard input, or artifact",
                           ValueKind::file);
            set.flag("--html", o->html, "One self-contained HTML page");
            set.option("-o,--output", "FILE", o->output,
                       "With --html: write here instead of standard output", ValueKind::file);
            o->trust.add_to(set);
            o->registry.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
