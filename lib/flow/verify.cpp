// verify: reference → manifest → evidence → rules → verdict.
#include "flow/verify.hpp"

#include "aibom/validate.hpp"
#include "attest/predicate_type.hpp"
#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "flow/attached_model.hpp"
#include "flow/evidence.hpp"
#include "flow/rules.hpp"
#include "flow/signers.hpp"
#include "modelpack/archive_layer.hpp"
#include "modelpack/artifact.hpp"
#include "oci/manifest.hpp"
#include "oci/once_more.hpp"

#include <chrono>
#include <future>
#include <map>
#include <set>
#include <system_error>
#include <utility>

namespace mpk::flow {
namespace {

struct Subject {
  oci::Descriptor descriptor;
  oci::Manifest manifest;
  std::vector<modelpack::LayerFile> layers;  // empty when it is no ModelPack artifact
  std::optional<Digest> sha512 = {};         // of the manifest's bytes
};

policy::Check make_check(std::string id, std::string label, std::string message) {
  return {.id = std::move(id),
          .label = std::move(label),
          .result = policy::CheckResult::pass,
          .message = std::move(message)};
}

// Network trouble leaves the question open; anything else about the bytes is a refusal.
policy::Check failed(std::string id, std::string label, const Error& error) {
  auto check = make_check(std::move(id), std::move(label), error.text());
  check.result = policy::CheckResult::fail;
  check.code = std::string(to_string(error.kind()));
  check.hint = error.hint();
  switch (error.kind()) {
    case ErrorKind::not_found:
      check.exit_code = 11;
      break;
    case ErrorKind::network:
    case ErrorKind::timeout:
    case ErrorKind::unauthorized:
    case ErrorKind::denied:
    case ErrorKind::io:
      check.exit_code = 3;
      break;
    default:
      check.exit_code = 1;
  }
  return check;
}

Result<void> check_config(oci::Store& store, Subject& subject) {
  TRY(oci::fetch_text(store, subject.manifest.config, limits::kConfigBlob).with("config"));
  return {};
}

// The manifest's bytes, its paths and its config; nullopt when a check failed.
std::optional<Subject> read_subject(oci::Store& store, const oci::Descriptor& descriptor,
                                    policy::Verdict& verdict) {
  Subject subject{.descriptor = descriptor, .manifest = {.config = descriptor}, .layers = {}};
  auto read = [&]() -> Result<void> {
    auto bytes = TRY(store.fetch_manifest(descriptor));
    subject.manifest = TRY(oci::parse_manifest(bytes, descriptor.media_type));
    subject.sha512 = crypto::hash(DigestAlgorithm::sha512, as_bytes(bytes));
    TRY(check_config(store, subject));
    if (modelpack::is_model(subject.manifest))
      subject.layers = TRY(modelpack::layer_files(store, subject.manifest));
    return {};
  };
  auto outcome = read();
  if (!outcome) {
    verdict.checks.push_back(failed("manifest", "manifest", outcome.error()));
    return std::nullopt;
  }
  verdict.artifact_type = subject.manifest.effective_artifact_type();
  verdict.checks.push_back(make_check("manifest", "manifest",
                                      std::to_string(subject.manifest.layers.size()) +
                                          " layers · manifest and config match their digests"));
  return subject;
}

struct Content {
  policy::Check check = make_check("content", "content", {});
  std::atomic<std::uint64_t> bytes{0};
  aibom::ArchiveFiles archives;
};

// What is in them, each proven against its digest; and all files together have places of their own,
// or two readers would see two models.
Result<void> read_archives(const Context& context, oci::Store& store, Subject& subject, bool sha512,
                           Content& content) {
  for (std::size_t i = 0; i < subject.layers.size(); ++i) {
    if (modelpack::is_archive(subject.layers[i].encoding)) content.archives[i];
  }
  std::vector<aibom::ArchiveFiles::value_type*> list;
  for (auto& each : content.archives) list.push_back(&each);
  TRY(parallel_for(list.size(), context.workers, context.cancel,
                   [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                     auto& [index, files] = *list[i];
                     auto& layer = subject.layers[index];
                     auto read = TRY(
                         modelpack::read_archive(store, layer, {.sha512 = sha512, .cancel = stop})
                             .with("layer " + layer.descriptor.digest.brief()));
                     layer.sha512 = std::move(read.sha512);
                     for (auto& each : read.files) files.push_back(std::move(each.file));
                     content.bytes += layer.descriptor.size;
                     return {};
                   }));
  std::vector<modelpack::LayerFile> all;
  for (const auto& layer : subject.layers) {
    if (!modelpack::is_archive(layer.encoding)) all.push_back(layer);
  }
  for (const auto& [index, files] : content.archives)
    all.insert(all.end(), files.begin(), files.end());
  return modelpack::check_places(all);
}

// The whole blob, proven; its SHA-512 where that is wanted.
Result<std::optional<Digest>> read_blob(oci::Store& store, const oci::Descriptor& blob, bool sha512,
                                        const CancelToken& stop) {
  std::optional<crypto::Hasher> hasher;
  if (sha512) hasher.emplace(DigestAlgorithm::sha512);
  TRY(store.fetch_blob(blob, [&](BytesView piece) {
    if (hasher) hasher->update(piece);
    return stop.check();
  }));
  return hasher ? std::optional(hasher->finish()) : std::nullopt;
}

Result<void> read_others(const Context& context, oci::Store& store, Subject& subject, bool sha512,
                         Content& content) {
  std::set<Digest> read;
  for (const auto& layer : subject.layers) {
    if (modelpack::is_archive(layer.encoding)) read.insert(layer.descriptor.digest);
  }
  std::vector<const oci::Descriptor*> others;
  for (const auto& layer : subject.manifest.layers) {
    if (!read.contains(layer.digest)) others.push_back(&layer);
  }
  std::vector<std::optional<Digest>> found(others.size());
  TRY(parallel_for(others.size(), context.workers, context.cancel,
                   [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                     found[i] = TRY(oci::once_more(
                         store, [&] { return read_blob(store, *others[i], sha512, stop); }));
                     content.bytes += others[i]->size;
                     return {};
                   }));
  std::map<Digest, std::optional<Digest>> by_digest;
  for (std::size_t i = 0; i < others.size(); ++i) by_digest[others[i]->digest] = found[i];
  for (auto& layer : subject.layers) {
    const auto at = by_digest.find(layer.descriptor.digest);
    if (at != by_digest.end()) layer.sha512 = at->second;
  }
  return {};
}

void read_content(const Context& context, oci::Store& store, Subject& subject,
                  const std::vector<CheckedBundle>& bundles, VerifyRequest::Content wanted,
                  Content& out) {
  const auto read = [&]() -> Result<void> {
    if (wanted == VerifyRequest::Content::none) return {};
    const bool sha512 = needs_sha512(bundles);
    TRY(read_archives(context, store, subject, sha512, out));
    if (wanted == VerifyRequest::Content::all)
      TRY(read_others(context, store, subject, sha512, out));
    return {};
  }();
  if (!read) {
    out.archives.clear();
    out.check = failed("content", "content", read.error());
  } else if (wanted == VerifyRequest::Content::all) {
    out.check.message = "all layers match their digests";
  } else {
    out.check.result = policy::CheckResult::skip;
    out.check.message = "layers are checked when they are pulled; --content reads them now";
  }
}

Rule signature_rule(const Signers& signers) {
  return {.id = "signature",
          .label = "signature",
          .predicate_type = std::string(attest::kCosignSign),
          .signers = signers,
          .missing_exit_code = 10,
          .missing_code = "no-signature",
          .missing_message = "no signature is attached",
          .missing_hint =
              "an attestation is no signature; sign with mpk sign REF, or ship with mpk ship"};
}

Rule attestation_rule(const std::string& type, const Signers& signers, const std::string& where) {
  return {.id = "attestation:" + type,
          .label = attest::predicate_type_label(type),
          .predicate_type = type,
          .signers = signers,
          .missing_exit_code = 1,
          .missing_code = "attestation-missing",
          .missing_message = "a required attestation is not attached",
          .missing_hint = where};
}

Rule aibom_rule(const Signers& signers) {
  return {.id = "aibom",
          .label = "aibom",
          .predicate_type = std::string(attest::kCycloneDx),
          .signers = signers,
          .missing_exit_code = 20,
          .missing_code = "no-aibom",
          .missing_message = "no aibom is attached",
          .missing_hint = "mpk ship writes and signs one; mpk attest --type cyclonedx adds one"};
}

struct Evaluation {
  const std::vector<CheckedBundle>& bundles;
  const Subject& subject;
  const aibom::ArchiveFiles& archives;
  policy::Verdict& verdict;

  void signature(const Signers& signers) {
    verdict.checks.push_back(apply_rule(signature_rule(signers), bundles).check);
  }
  void attestation(const Rule& rule) {
    auto outcome = apply_rule(rule, bundles);
    bool is_provenance = rule.predicate_type == attest::kSlsaProvenance;
    if (is_provenance && !outcome.accepted.empty()) provenance(*outcome.accepted.front());
    verdict.checks.push_back(std::move(outcome.check));
  }
  // Without a policy an aiBOM need not be there; one that the signer vouches for must be true.
  void aibom(const Signers& signers, const policy::AibomRule& rule) {
    auto outcome = apply_rule(aibom_rule(signers), bundles);
    if (outcome.accepted.empty() && !rule.required) {
      outcome.check.result = policy::CheckResult::skip;
      outcome.check.message = "not required: " + outcome.check.message;
      outcome.check.exit_code = 0;
      outcome.check.expected.clear();
      outcome.check.found.clear();
      outcome.check.hint.clear();
    }
    verdict.checks.push_back(std::move(outcome.check));
    if (outcome.accepted.empty()) return;
    check_one(*outcome.accepted.front(), rule.agrees_with_layers, verdict);
    // Each signer's newest must hold: where two contradict each other, one does not. Of several of
    // one second none is the newest, and all must.
    std::map<std::string, Timestamp> newest;
    for (const auto* bundle : outcome.accepted) {
      const auto time = newest_time(*bundle);
      const auto signer = newest.try_emplace(signer_of(*bundle), time).first;
      if (bundle == outcome.accepted.front() || signer->second != time) continue;
      policy::Verdict other;
      check_one(*bundle, rule.agrees_with_layers, other);
      for (auto& check : other.checks) {
        if (check.result == policy::CheckResult::fail) verdict.checks.push_back(std::move(check));
      }
    }
  }
  void check_one(const CheckedBundle& bundle, bool compare, policy::Verdict& into) const {
    check_aibom(bundle,
                {.layers = subject.layers,
                 .archives = archives,
                 .manifest = subject.descriptor.digest,
                 .manifest_sha512 = subject.sha512},
                compare, into);
  }
  void provenance(const CheckedBundle& bundle);
};

void Evaluation::provenance(const CheckedBundle& bundle) {
  auto facts = provenance_facts(bundle);
  verdict.provenance_facts.insert(facts.begin(), facts.end());
}

void evaluate(const VerifyRequest& request, Evaluation evaluation) {
  if (request.predicate_type) {
    // Narrowed to one type: the policy's signers for it, and the command line's, must both hold.
    for (const auto& signers : signer_sets(request, *request.predicate_type))
      evaluation.attestation(attestation_rule(*request.predicate_type, signers, {}));
    return;
  }
  const auto own = own_signers(request);
  if (!request.policy) {
    evaluation.signature(*own);
    evaluation.aibom(*own, {.required = false, .agrees_with_layers = true});
    return;
  }
  const auto& policy = *request.policy;
  if (policy.signature_required) evaluation.signature(any_of(policy.signers, policy.threshold));
  if (own) evaluation.signature(*own);
  for (const auto& wanted : policy.attestations) {
    evaluation.attestation(
        attestation_rule(wanted.predicate_type, signers_of(policy, wanted),
                         "required by " + policy.file + ":" + std::to_string(wanted.line)));
  }
  if (policy.aibom) evaluation.aibom(aibom_signers(policy), *policy.aibom);
}

// What is verified is a model, as a rule, and has an aiBOM: the grammar is compiled while libcurl
// is loaded and the registry answers.
std::future<void> prepare_aibom(const VerifyRequest& request) {
  if (request.policy && !request.policy->aibom) return {};
  try {
    return std::async(std::launch::async, aibom::prepare_validation);
  } catch (const std::system_error&) {
    return {};  // no thread to be had: it is compiled when it is needed
  }
}

void verify_subject(const Context& context, oci::Store& store, const oci::Descriptor& descriptor,
                    VerifyRequest::Content content, const VerifyRequest& request,
                    policy::Verdict& verdict) {
  verdict.digest = descriptor.digest;
  verdict.media_type = descriptor.media_type;
  auto subject = read_subject(store, descriptor, verdict);
  if (!subject) return;
  auto bundles =
      collect_evidence(store, descriptor.digest, request, context.clock.now(), &subject->layers);
  if (!bundles) {
    verdict.checks.push_back(failed("evidence", "evidence", bundles.error()));
    return;
  }
  for (const auto& bundle : *bundles) verdict.evidence.push_back(evidence_item(bundle));
  Content read;
  read_content(context, store, *subject, *bundles, content, read);
  evaluate(
      request,
      {.bundles = *bundles, .subject = *subject, .archives = read.archives, .verdict = verdict});
  if (auto check = model_layers_check(*bundles, request)) verdict.checks.push_back(*check);
  verdict.checks.push_back(witness_check(request, *bundles));
  verdict.bytes_read += read.bytes;
  verdict.checks.push_back(std::move(read.check));
}

}  // namespace

Result<policy::Verdict> verify_in_store(const Context& context, oci::Store& store,
                                        const oci::Reference& reference,
                                        const VerifyRequest& request) {
  TRY(check_request(request));
  auto started = std::chrono::steady_clock::now();
  auto requests = context.stats.requests.load();
  auto verdict = start_verdict(reference.text(), request);
  [[maybe_unused]] const auto prepared = prepare_aibom(request);  // waited for at the end
  const bool is_layout = reference.kind == oci::Reference::Kind::layout;
  const auto content = request.content.value_or(is_layout ? VerifyRequest::Content::all
                                                          : VerifyRequest::Content::none);
  auto descriptor = resolve(store, reference);
  if (descriptor) {
    verify_subject(context, store, *descriptor, content, request, verdict);
  } else if (descriptor.error().kind() == ErrorKind::usage) {
    return std::move(descriptor).error();
  } else {
    verdict.checks.push_back(failed("reference", "reference", descriptor.error()));
  }
  verdict.requests = context.stats.requests.load() - requests;
  verdict.duration_ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::steady_clock::now() - started)
                                     .count());
  TRY(context.cancel.check());
  return verdict;
}

Result<policy::Verdict> verify_artifact(const Context& context, const oci::Reference& reference,
                                        const VerifyRequest& request) {
  TRY(check_request(request));
  auto store = open_store(context, reference);
  if (!store && store.error().kind() == ErrorKind::usage) return std::move(store).error();
  if (!store) {
    auto verdict = start_verdict(reference.text(), request);
    verdict.checks.push_back(failed("reference", "reference", store.error()));
    return verdict;
  }
  return verify_in_store(context, **store, reference, request);
}

}  // namespace mpk::flow
