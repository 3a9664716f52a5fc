// mpk aibom show: the facts of an aiBOM on one screen.
#include "aibom/agree.hpp"
#include "aibom/build.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "flow/attached_aibom.hpp"
#include "json/parse.hpp"
#include "options/options.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

constexpr int kNoAibom = 20, kNotValid = 21;

struct Options {
  RegistryOptions registry;
  TrustOptions trust;
  std::string source;
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
  line(out, "files", std::to_string(summary.files));
  auto tiers = aibom::count_tiers(bom);
  line(out, "facts",
       std::to_string(tiers.verified) + " verified, " + std::to_string(tiers.declared) +
           " declared, " + std::to_string(tiers.inferred) + " inferred");
  for (const auto& finding : summary.findings) line(out, "finding", finding);
  return out;
}

// nullopt: the artifact has none.
Result<std::optional<Json>> load_attached(const Options& o, Session& session) {
  auto reference = TRY(parse_reference(o.source));
  auto found = TRY(flow::attached_aibom(session.context(o.registry.plain_http), reference,
                                        TRY(o.trust.resolve(session))));
  if (!found) return std::optional<Json>();
  if (found->verified_by.empty()) {
    session.warn("its signature does not verify: " + found->problem);
  } else {
    session.say("signed by " + found->verified_by);
  }
  return std::optional(std::move(found->aibom));
}

bool is_cyclonedx(const Json& document) {
  const auto text = [&](const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
  };
  return document.is_object() && text("bomFormat") == "CycloneDX" && !text("specVersion").empty();
}

Result<int> run(const Options& o, Session& session) {
  Json bom;
  if (oci::Reference::looks_like(o.source)) {
    auto found = TRY(load_attached(o, session));
    // An artifact that is there but has no aiBOM is another answer than no artifact.
    if (!found) {
      return session.refuse(Error(ErrorKind::not_found, o.source + ": no aibom is attached",
                                  "mpk aibom create " + o.source + " computes one"),
                            kNoAibom);
    }
    bom = *std::move(found);
  } else {
    auto text = TRY(session.flag_file("aibom", o.source, limits::kJsonDocument));
    auto parsed = json::parse(text, {.max_depth = 128});
    if (!parsed) return session.refuse(std::move(parsed).error().with(o.source), kNotValid);
    bom = parsed.take();
  }
  if (!is_cyclonedx(bom)) {
    return session.refuse(Error(ErrorKind::malformed,
                                o.source + ": not a CycloneDX document: it has no bomFormat "
                                           "\"CycloneDX\" with a specVersion",
                                "mpk aibom validate lists every problem of a document"),
                          kNotValid);
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
  return {.path = {"aibom", "show"},
          .summary = "Show the facts of an aiBOM",
          .description = "Of a file, or of the newest aiBOM attached to an artifact.",
          .examples = {{"mpk aibom show bom.json", "a file"},
                       {"mpk aibom show ghcr.io/acme/tiny-llama:1.0", "what is attached"},
                       {"mpk aibom create ./tiny-llama | mpk aibom show -", "a pipe"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("FILE|REF", o->source, "Document, - for standard input, or artifact",
                           ValueKind::file);
            o->trust.add_to(set);
            o->registry.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
