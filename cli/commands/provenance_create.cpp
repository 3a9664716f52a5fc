// mpk provenance create: SLSA provenance from the CI environment or from flags.
#include "attest/predicate_type.hpp"
#include "commands/commands.hpp"
#include "flow/attach.hpp"
#include "flow/training_materials.hpp"
#include "options/declared_options.hpp"
#include "options/options.hpp"
#include "options/output_file.hpp"
#include "options/pack_options.hpp"
#include "version.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  ProvenanceFlags provenance;
  std::optional<std::string> reference, output, training;
};

Result<int> run(const Options& o, Session& session) {
  if (o.output) TRY(check_output(*o.output));
  auto build = TRY(attest::detect_build(session.env(), o.provenance.overrides()));
  attest::Materials materials;
  if (o.training) materials = flow::training_materials(TRY(read_training(*o.training, session)));
  auto predicate =
      attest::make_provenance(build, materials, std::nullopt, session.clock().now(), kVersion);
  std::string text = json::pretty(predicate);
  if (o.reference) {
    auto reference = TRY(parse_reference(*o.reference));
    auto context = session.context(o.registry.plain_http);
    auto store = TRY(flow::open_store(context, reference, {.mirrors = flow::Mirrors::none}));
    auto root = TRY(flow::resolve(*store, reference));
    text = flow::statement_about(reference, root.digest, std::string(attest::kSlsaProvenance),
                                 predicate) +
           "\n";
  }
  if (!o.output) {
    session.print_raw(text);
  } else {
    TRY(write_output(*o.output, text));
    session.say("written to " + *o.output);
    if (session.json()) {
      session.print_json({{"kind", "ProvenanceWritten"},
                          {"file", *o.output},
                          {"builder", build.builder_id},
                          {"buildType", build.build_type}});
    }
  }
  session.say("provenance: " + build.description);
  return 0;
}

}  // namespace

Command provenance_create_command() {
  return {.summary = "Write SLSA provenance v1 from the CI environment or from flags",
          .description =
              "From GitHub Actions, GitLab or another CI, by an allow-list of variables. Outside "
              "CI the builder\n"
              "is urn:mpk:builder:local and no SLSA level is claimed. Without REF the predicate is "
              "written, with\n"
              "REF the in-toto statement about that artifact. Nothing is signed: see mpk attest.",
          .examples =
              {{"mpk provenance create -o provenance.json", "the predicate, for mpk attest"},
               {"mpk provenance create ghcr.io/acme/llm:1.0", "the statement about an artifact"},
               {"mpk provenance create --training run.yaml -o provenance.json",
                "with base models, datasets and byproducts of the training"},
               {"mpk provenance create --builder-id https://ci.example.com/train@v3 --source-uri "
                "git+https://example.com/train --source-commit "
                "1f28c0d6a9c4b5e2f37881b09c6d5e4a3b2c1d0e",
                "outside a known CI"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("REF", o->reference, "Artifact that the statement is about",
                           ValueKind::reference);
            set.option("-o,--output", "FILE", o->output, "Write here instead of standard output",
                       ValueKind::file);
            set.option("--training", "FILE", o->training,
                       "How the model was trained (docs/training.md)", ValueKind::file);
            o->provenance.add_to(set);
            o->registry.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
