// ship: one pass over the bytes, three signed statements, the tag last.
#include "flow/ship.hpp"

#include "attest/predicate_type.hpp"
#include "base/parallel.hpp"
#include "flow/attach.hpp"
#include "flow/describe.hpp"
#include "flow/training_materials.hpp"

#include <nlohmann/json.hpp>

namespace mpk::flow {
namespace {

struct Statement {
  std::string predicate_type;
  Json predicate;
  SignedStatement made;
};

std::string last_component(const std::string& repository) {
  auto slash = repository.rfind('/');
  return slash == std::string::npos ? repository : repository.substr(slash + 1);
}

aibom::BuildInput aibom_input(const Context& context, const ShipRequest& request,
                              const modelpack::PackOutcome& packed) {
  aibom::BuildInput input;
  input.artifact = &packed.artifact;
  input.info = &packed.info;
  input.name = last_component(subject_name(request.reference));
  if (request.reference.kind == oci::Reference::Kind::registry)
    input.repository = request.reference.name();
  input.version = request.reference.tag.value_or("");
  input.mpk_version = context.mpk_version;
  input.created = request.pack.created;
  input.spec_version = request.spec_version;
  return input;
}

}  // namespace

Result<ShipOutcome> ship(const Context& context, const ShipRequest& request) {
  auto started = context.clock.now();
  const auto overlay = TRY(read_overlay(request.pack.directory, std::nullopt));
  auto build = TRY(attest::detect_build(context.env, request.provenance));
  auto signer = TRY(prepare_signer(context, request.signing));
  if (!request.provenance.builder_id) attest::set_job_workflow(build, signer->job_workflow());
  auto options = pack_options(context, request.pack);
  const auto plan = TRY(modelpack::plan_pack(options));
  auto store = TRY(open_store(context, request.reference, {.create = true}));
  if (request.reference.tag)
    options.current = TRY(current_manifest(*store, *request.reference.tag));
  auto packed =
      TRY(context.trace.run("pack", [&] { return modelpack::pack_into(*store, plan, options); }));
  ShipOutcome outcome{.packed = std::move(packed),
                      .aibom = {},
                      .build = std::move(build),
                      .identity = signer->identity(),
                      .issuer = signer->issuer(),
                      .attached = {}};
  const auto& artifact = outcome.packed.artifact;
  declare(request.declared, outcome.packed.info);
  outcome.aibom = TRY(context.trace.run("describe", [&] {
    return build_document(aibom_input(context, request, outcome.packed), overlay,
                          outcome.packed.info);
  }));

  std::vector<Statement> statements;
  statements.push_back({std::string(attest::kCosignSign), Json::object(), {}});
  statements.push_back({std::string(attest::kCycloneDx), outcome.aibom, {}});
  const auto& training = request.declared.training;
  statements.push_back(
      {std::string(attest::kSlsaProvenance),
       attest::make_provenance(outcome.build,
                               training ? training_materials(*training) : attest::Materials{},
                               started, context.clock.now(), context.mpk_version),
       {}});
  TRY(context.trace.run("sign", [&] {
    return parallel_for(
        statements.size(), statements.size(), context.cancel, [&](std::size_t i) -> Result<void> {
          auto& statement = statements[i];
          statement.made =
              TRY(sign_statement(*store, request.reference, artifact.manifest.digest,
                                 statement.predicate_type, statement.predicate, *signer));
          return {};
        });
  }));
  TRY(context.cancel.check());

  auto phase = context.trace.phase("push");
  phase->text("mpk.reference", request.reference.text());
  phase->text("oci.manifest.digest", artifact.manifest.digest.text());
  TRY(store->push_manifest(artifact.manifest, artifact.manifest_bytes, std::nullopt));
  for (auto& statement : statements) {
    outcome.attached.push_back(
        TRY(attach_statement(context, *store, artifact.manifest, std::move(statement.made))));
  }
  if (request.reference.tag)
    TRY(store->push_manifest(artifact.manifest, artifact.manifest_bytes, request.reference.tag));
  return outcome;
}

}  // namespace mpk::flow
