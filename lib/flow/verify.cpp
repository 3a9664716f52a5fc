// verify: reference → manifest → evidence → rules → verdict.
#include "flow/verify.hpp"

#include "aibom/validate.hpp"
#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "flow/attached_model.hpp"
#include "flow/evidence.hpp"
#include "flow/judge.hpp"
#include "flow/lineage.hpp"
#include "flow/rules.hpp"
#include "flow/signers.hpp"
#include "flow/summary.hpp"
#include "modelpack/archive_layer.hpp"
#include "modelpack/artifact.hpp"
#include "oci/manifest.hpp"
#include "oci/once_more.hpp"

#include <chrono>
#include <map>
#include <set>
#include <thread>
#include <utility>

namespace mpk::flow {
namespace {

struct Subject {
  oci::Descriptor descriptor;
  oci::Manifest manifest;
  std::vector<modelpack::LayerFile> layers;  // empty when it is no ModelPack artifact
  std::string bytes = {};                    // of the manifest
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
      check.exit_code = policy::kUndecided;
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
    subject.bytes = TRY(store.fetch_manifest(descriptor));
    subject.manifest = TRY(oci::parse_manifest(subject.bytes, descriptor.media_type));
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
    const auto phase = context.trace.phase("read content");
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

// What is verified is a model, as a rule, and has an aiBOM: the grammar is compiled while libcurl
// is loaded and the registry answers.
std::jthread prepare_aibom(const VerifyRequest& request) {
  if (request.build) return {};
  if (request.policy && (!request.policy->aibom || takes_summary(request))) return {};
  return aibom::prepare_validation();
}

// Everything but the lineage.
struct Verification {
  const Context& context;
  oci::Store& store;
  const VerifyRequest& request;
  VerifyRequest::Content content;
  FollowBases follow;
  Judged& out;

  void subject(const oci::Descriptor& descriptor) {
    auto& verdict = out.verdict;
    verdict.media_type = descriptor.media_type;
    auto subject = [&] {
      const auto phase = context.trace.phase("read manifest");
      return read_subject(store, descriptor, verdict);
    }();
    if (!subject) return;
    const auto now = context.clock.now();
    auto bundles = context.trace.run("collect evidence", [&] {
      return collect_evidence(store, descriptor.digest, request, now, &subject->layers);
    });
    if (!bundles) {
      verdict.checks.push_back(failed("evidence", "evidence", bundles.error()));
      return;
    }
    for (const auto& bundle : *bundles) verdict.evidence.push_back(evidence_item(bundle));
    Content read;
    read_content(context, store, *subject, *bundles, content, read);
    const auto phase = context.trace.phase("judge");
    const auto aiboms = judge(request,
                              {.manifest = descriptor.digest,
                               .manifest_bytes = subject->bytes,
                               .layers = subject->layers,
                               .archives = read.archives,
                               .bundles = *bundles},
                              now, verdict);
    if (auto check = model_layers_check(*bundles, request)) verdict.checks.push_back(*check);
    verdict.checks.push_back(witness_check(request, *bundles));
    verdict.bytes_read += read.bytes;
    verdict.checks.push_back(std::move(read.check));
    if (follow == FollowBases::yes) out.bases = bases_of(aiboms);
    out.bundles = std::move(*bundles);
    out.whole = true;
  }

  // Whether nothing else is to be looked at.
  bool summary(const oci::Reference& reference, const Digest& digest) {
    if (!takes_summary(request)) return false;
    auto& verdict = out.verdict;
    auto found = find_summary(store, digest, resource_uri(reference), request, context.clock.now());
    if (!found) {
      verdict.checks.push_back(failed("evidence", "evidence", found.error()));
      return true;
    }
    if (!decide_by_summary(*request.policy, digest, std::move(found->check), verdict)) return false;
    for (const auto& bundle : found->bundles) verdict.evidence.push_back(evidence_item(bundle));
    return true;
  }
};

// Without its lineage, and before what is waived.
Result<Judged> judge_one(const Context& context, oci::Store& store, const oci::Reference& reference,
                         const VerifyRequest& request, FollowBases follow) {
  TRY(check_request(request));
  Judged out{.verdict = start_verdict(reference.text(), request), .bases = {}, .bundles = {}};
  const bool is_layout = reference.kind == oci::Reference::Kind::layout;
  Verification one{.context = context,
                   .store = store,
                   .request = request,
                   .content = request.content.value_or(is_layout ? VerifyRequest::Content::all
                                                                 : VerifyRequest::Content::none),
                   .follow = follow,
                   .out = out};
  // A summary of what has a digest needs no look at the manifest.
  out.verdict.digest = reference.digest;
  if (reference.digest && one.summary(reference, *reference.digest)) return out;
  auto descriptor = context.trace.run("resolve", [&] { return resolve(store, reference); });
  if (descriptor) {
    out.verdict.digest = descriptor->digest;
    if (!reference.digest && one.summary(reference, descriptor->digest)) return out;
    one.subject(*descriptor);
  } else if (descriptor.error().kind() == ErrorKind::usage) {
    return std::move(descriptor).error();
  } else {
    out.verdict.digest.reset();
    out.verdict.checks.push_back(failed("reference", "reference", descriptor.error()));
  }
  return out;
}

Result<void> follow_lineage(const Context& context, const VerifyRequest& request, Judged& judged) {
  if (follows_bases(request) == FollowBases::no || !judged.whole) return {};
  const auto whole = context.trace.phase("check lineage");
  return check_lineage(
      *request.policy->lineage, std::move(judged.bases), request,
      [&](const oci::Reference& reference, const VerifyRequest& ask,
          FollowBases follow) -> Result<Judged> {
        auto phase = context.trace.phase("verify base");
        phase->text("mpk.reference", reference.text());
        auto store = open_store(context, reference);
        if (!store) {
          Judged out{.verdict = start_verdict(reference.text(), ask), .bases = {}, .bundles = {}};
          out.verdict.checks.push_back(failed("reference", "reference", store.error()));
          return out;
        }
        auto out = TRY(judge_one(context, **store, reference, ask, follow));
        waive(ask, out.bundles, context.clock.now(), out.verdict);
        return out;
      },
      judged.verdict);
}

// By one policy, or none.
Result<policy::Verdict> verify_by_rule(const Context& context, oci::Store& store,
                                       const oci::Reference& reference,
                                       const VerifyRequest& request) {
  auto started = std::chrono::steady_clock::now();
  auto requests = context.stats.requests.load();
  [[maybe_unused]] const auto prepared = prepare_aibom(request);  // waited for at the end
  auto judged = TRY(judge_one(context, store, reference, request, follows_bases(request)));
  TRY(follow_lineage(context, request, judged));
  waive(request, judged.bundles, context.clock.now(), judged.verdict);
  auto verdict = std::move(judged.verdict);
  verdict.requests = context.stats.requests.load() - requests;
  verdict.duration_ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::steady_clock::now() - started)
                                     .count());
  if (request.rego) {
    TRY(context.trace.run("apply rego",
                          [&] { return apply_rego(context, *request.rego, verdict); }));
  }
  TRY(context.cancel.check());
  return verdict;
}

}  // namespace

Result<policy::Verdict> verify_in_store(const Context& context, oci::Store& store,
                                        const oci::Reference& reference,
                                        const VerifyRequest& request) {
  if (request.policies && !request.policy) {
    const auto chosen = for_reference(request, reference);
    if (!chosen.policy) return no_rule(reference.text(), request);
    return verify_in_store(context, store, reference, chosen);
  }
  auto phase = context.trace.phase("verify artifact");
  phase->text("mpk.reference", reference.text());
  auto verdict = verify_by_rule(context, store, reference, request);
  if (!verdict) {
    phase->fail(verdict.error());
    return verdict;
  }
  if (verdict->digest) phase->text("oci.manifest.digest", verdict->digest->text());
  phase->text("mpk.verdict.result", policy::to_string(verdict->outcome()));
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
