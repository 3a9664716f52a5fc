// mpk ship: pack, describe, attest, sign and push in one pass.
#include "flow/ship.hpp"

#include "aibom/build.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "options/declared_options.hpp"
#include "options/options.hpp"
#include "options/pack_options.hpp"
#include "render/signed_by.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  SigningOptions signing;
  PackFlags pack;
  DeclaredOptions declared;
  AibomFlags aibom;
  ProvenanceFlags provenance;
  std::string directory, reference;
};

std::string model_line(const modelpack::PackOutcome& packed) {
  std::uint64_t size = 0;
  for (const auto& file : packed.artifact.files) size += file.size;
  std::string out = counted(packed.artifact.files.size(), "file") + " · " + human_size(size);
  const auto& info = packed.info;
  if (!info.family.empty()) out += " · " + printable(info.family, 40);
  if (info.tensors.parameters > 0)
    out += " · " + human_count(info.tensors.parameters) + " parameters";
  if (!info.precision.empty()) out += " · " + printable(info.precision, 40);
  return out;
}

void print_outcome(const Options& o, const flow::ShipRequest& request,
                   const flow::ShipOutcome& outcome, Session& session) {
  const auto& packed = outcome.packed;
  const auto& reference = request.reference;
  auto tiers = aibom::count_tiers(outcome.aibom);
  auto findings = packed.info.findings.size();
  session.print("packed      " + model_line(packed));
  session.print("aibom       CycloneDX " + std::string(to_string(request.spec_version)) + " · " +
                counted(tiers.verified, "fact") + " verified, " + std::to_string(tiers.declared) +
                " declared, " + std::to_string(tiers.inferred) + " inferred · " +
                (findings == 0 ? "no findings" : counted(findings, "finding")));
  for (const auto& each : outcome.attached) {
    if (each.aibom) session.print("aibom       by reference: too large for " + each.log_url);
  }
  for (const auto& finding : packed.info.findings)
    session.print("            " + finding_line(finding));
  session.print("provenance  SLSA v1 · " + printable(outcome.build.description));
  const auto& first = outcome.attached.front();
  session.print("signed      " + signed_by(outcome.identity, outcome.issuer) +
                logged_at(first.log_url, first.log_index));
  auto digest = packed.artifact.manifest.digest;
  session.print("pushed      " + pinned(reference, digest) + " · " +
                counted(packed.blobs_uploaded, "new blob") + ", " +
                std::to_string(packed.blobs_already_there) + " already there");
  std::string flags = o.signing.trusted_root ? " --trusted-root " + *o.signing.trusted_root : "";
  const auto who = outcome.issuer.empty() ? " --key PUBLIC-KEY"
                                          : " --certificate-identity " + outcome.identity +
                                                " --certificate-oidc-issuer " + outcome.issuer;
  session.say("next: mpk verify " + reference.name() + "@" + digest.text() + flags + who);
}

Json outcome_json(const oci::Reference& reference, const flow::ShipOutcome& outcome) {
  Json attached = Json::array();
  for (const auto& each : outcome.attached) {
    attached.push_back({{"predicateType", each.predicate_type},
                        {"digest", each.referrer.digest.text()},
                        {"aibom", each.aibom ? Json(each.aibom->digest.text()) : Json()},
                        {"log", each.log_url},
                        {"logIndex", each.log_index}});
  }
  auto packed = packed_json(outcome.packed);
  return {{"kind", "Shipped"},
          {"reference", reference.text()},
          {"digest", outcome.packed.artifact.manifest.digest.text()},
          {"files", packed["files"]},
          {"findings", packed["findings"]},
          {"ignored", packed["ignored"]},
          {"blobsUploaded", outcome.packed.blobs_uploaded},
          {"blobsAlreadyThere", outcome.packed.blobs_already_there},
          {"identity", outcome.identity},
          {"issuer", outcome.issuer},
          {"builder", outcome.build.builder_id},
          {"attached", attached}};
}

Result<int> run(const Options& o, Session& session) {
  flow::ShipRequest request;
  request.pack = TRY(o.pack.request(o.directory, session));
  request.reference = TRY(parse_target_reference(o.reference));
  request.declared = TRY(o.declared.resolve(session));
  request.signing = TRY(o.signing.resolve(session));
  request.provenance = o.provenance.overrides();
  request.spec_version = TRY(o.aibom.version());
  request.pack.sha512 = TRY(o.aibom.sha512());
  auto outcome = TRY(flow::ship(session.context(o.registry.plain_http), request));
  say_ignored(outcome.packed.ignored, session);
  if (session.json()) {
    session.print_json(outcome_json(request.reference, outcome));
  } else {
    print_outcome(o, request, outcome, session);
  }
  return 0;
}

}  // namespace

Command ship_command() {
  return {
      .summary = "Pack, describe, attest, sign and push a model in one pass",
      .description =
          "Reads every file of DIR once and pushes it as a CNCF ModelPack artifact, together with "
          "a\n"
          "signature, an aiBOM (CycloneDX) and SLSA provenance, each signed keyless through "
          "Sigstore,\n"
          "or with a key.\n"
          "The tag is set last: what it names is complete.",
      .examples = {{"mpk ship ./tiny-llama ghcr.io/acme/tiny-llama:1.0",
                    "in CI: the job's own identity signs"},
                   {"mpk ship ./tiny-llama ghcr.io/acme/tiny-llama:1.0 --identity-token token.jwt",
                    "sign with a token from a file"},
                   {"mpk ship ./tiny-llama oci:./layout:1.0 --identity-token token.jwt",
                    "into a local OCI layout instead of a registry"},
                   {"mpk ship ./tiny-llama ghcr.io/acme/tiny-llama:1.0 --training run.yaml "
                    "--evaluation results.json",
                    "with what only people know, in the aiBOM"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("DIR", o->directory, "Directory of the model", ValueKind::directory);
        set.positional("REF", o->reference, "Where to push", ValueKind::reference);
        o->pack.add_to(set);
        o->declared.add_to(set);
        o->signing.add_to(set);
        o->provenance.add_to(set);
        o->aibom.add_to(set);
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      },
      .goes_on = true};
}

}  // namespace mpk::cli
