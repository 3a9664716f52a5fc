// ship: one pass over the bytes, three signed statements, the tag last.
#include "flow/ship.hpp"

#include "attest/predicate_type.hpp"
#include "base/parallel.hpp"
#include "flow/attach.hpp"
#include "oci/manifest.hpp"
#include "sigstore/attach.hpp"

#include <nlohmann/json.hpp>

namespace mpk::flow {
namespace {

// What the tag names now: files that are unchanged need not travel again.
Result<std::optional<oci::Manifest>> current_manifest(oci::Store& store,
                                                      const oci::Reference& reference) {
  if (!reference.tag) return std::optional<oci::Manifest>();
  auto descriptor = store.resolve(*reference.tag);
  if (!descriptor) {
    if (descriptor.error().kind() == ErrorKind::not_found) return std::optional<oci::Manifest>();
    return std::move(descriptor).error().with(reference.text());
  }
  auto bytes = store.fetch_manifest(*descriptor);
  if (!bytes)
    return std::optional<oci::Manifest>();  // a broken old artifact must not block a new one
  auto manifest = oci::parse_manifest(*bytes);
  if (!manifest) return std::optional<oci::Manifest>();
  return std::optional(manifest.take());
}

struct Statement {
  std::string predicate_type;
  Json predicate;
  sigstore::SignedBundle bundle;
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
  input.created = request.created;
  return input;
}

}  // namespace

modelpack::PackOptions pack_options(const Context& context, const std::filesystem::path& directory,
                                    const std::optional<std::filesystem::path>& modelfile,
                                    std::optional<Timestamp> created) {
  modelpack::PackOptions options;
  options.directory = directory;
  options.modelfile = modelfile;
  options.created = created;
  options.workers = context.workers;
  options.progress = &context.progress;
  options.stats = &context.stats;
  options.logger = context.logger;
  options.cancel = context.cancel;
  return options;
}

Result<ShipOutcome> ship(const Context& context, const ShipRequest& request) {
  auto started = context.clock.now();
  auto build = TRY(attest::detect_build(context.env, request.provenance));
  auto signer = TRY(prepare_signer(context, request.signing));
  auto store = TRY(open_store(context, request.reference, true));

  auto options = pack_options(context, request.directory, request.modelfile, request.created);
  options.current = TRY(current_manifest(*store, request.reference));
  ShipOutcome outcome{.packed = TRY(modelpack::pack_into(*store, options)),
                      .aibom = {},
                      .build = std::move(build),
                      .identity = signer->identity(),
                      .issuer = signer->issuer(),
                      .attached = {}};
  const auto& artifact = outcome.packed.artifact;
  outcome.aibom = TRY(aibom::build_aibom(aibom_input(context, request, outcome.packed)));

  std::vector<Statement> statements;
  statements.push_back({std::string(attest::kCosignSign), Json::object(), {}});
  statements.push_back({std::string(attest::kCycloneDx), outcome.aibom, {}});
  statements.push_back({std::string(attest::kSlsaProvenance),
                        attest::make_provenance(outcome.build, {}, started, context.clock.now(),
                                                context.mpk_version),
                        {}});
  TRY(parallel_for(
      statements.size(), statements.size(), context.cancel, [&](std::size_t i) -> Result<void> {
        auto& statement = statements[i];
        statement.bundle =
            TRY(signer->sign(statement_about(request.reference, artifact.manifest.digest,
                                             statement.predicate_type, statement.predicate)));
        return {};
      }));
  TRY(context.cancel.check());

  TRY(store->push_manifest(artifact.manifest, artifact.manifest_bytes, std::nullopt));
  for (const auto& statement : statements) {
    auto referrer = TRY(sigstore::attach_bundle(*store, artifact.manifest, statement.bundle.text,
                                                statement.predicate_type, context.clock.now()));
    outcome.attached.push_back({.predicate_type = statement.predicate_type,
                                .referrer = std::move(referrer),
                                .log_url = statement.bundle.log_url,
                                .log_index = statement.bundle.log_index});
  }
  if (request.reference.tag)
    TRY(store->push_manifest(artifact.manifest, artifact.manifest_bytes, request.reference.tag));
  return outcome;
}

Result<PushOutcome> push_directory(const Context& context, const std::filesystem::path& directory,
                                   const oci::Reference& reference,
                                   const std::optional<std::filesystem::path>& modelfile,
                                   std::optional<Timestamp> created) {
  auto store = TRY(open_store(context, reference, true));
  auto options = pack_options(context, directory, modelfile, created);
  options.current = TRY(current_manifest(*store, reference));
  PushOutcome outcome{.packed = TRY(modelpack::pack_into(*store, options))};
  TRY(context.cancel.check());
  TRY(store->push_manifest(outcome.packed.artifact.manifest, outcome.packed.artifact.manifest_bytes,
                           reference.tag));
  return outcome;
}

}  // namespace mpk::flow
