// policy init: evidence → signers and sections → YAML → verified against itself.
#include "flow/policy_init.hpp"

#include "attest/predicate_form.hpp"
#include "attest/predicate_type.hpp"
#include "attest/vsa.hpp"
#include "base/identifiers.hpp"
#include "base/text.hpp"
#include "flow/evidence.hpp"
#include "json/parse.hpp"
#include "json/yaml_write.hpp"
#include "model/head.hpp"
#include "modelpack/artifact.hpp"
#include "oci/manifest.hpp"
#include "policy/draft.hpp"
#include "policy/waiver.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace mpk::flow {
namespace {

using Signer = std::pair<std::string, std::string>;  // subject, issuer

Signer signer_of_bundle(const CheckedBundle& bundle) {
  const auto& identity = bundle.report.verified->identity;
  return {identity.subject, identity.issuer};
}

struct Found {
  std::map<std::string, std::vector<const CheckedBundle*>> by_type;  // the newest first
  std::size_t passed_over = 0;  // did not verify, by a key, or by somebody who does not count
};

Found counting(const std::vector<CheckedBundle>& bundles,
               const std::vector<sigstore::IdentityMatcher>& only) {
  Found out;
  for (const auto& bundle : bundles) {
    const bool named = bundle.report.verified && !bundle.report.verified->identity.subject.empty();
    const bool counts = named && (only.empty() || !sigstore::match_identity(
                                                      bundle.report.verified->identity, only));
    if (!counts) {
      ++out.passed_over;
      continue;
    }
    const auto type = attest::is_cyclonedx(bundle.predicate_type) ? std::string(attest::kCycloneDx)
                                                                  : bundle.predicate_type;
    // Not about the artifact's making: summaries stand in for a policy, waivers excuse from one.
    if (type == attest::kVsa || type == attest::kSvr || type == policy::kWaiverType) continue;
    out.by_type[type].push_back(&bundle);
  }
  for (auto& [type, list] : out.by_type) {
    std::ranges::stable_sort(list, [](const CheckedBundle* a, const CheckedBundle* b) {
      return newest_time(*a) > newest_time(*b);
    });
  }
  return out;
}

Json predicate_of(const CheckedBundle& bundle) {
  const auto* statement = proven_statement(bundle);
  auto read = statement == nullptr ? Result<Json>(Json())
                                   : json::parse(statement->predicate, {.max_depth = 128});
  return read ? read.take() : Json();
}

Json formats_of(const std::vector<modelpack::LayerFile>& layers) {
  std::set<std::string> out;
  for (const auto& layer : layers) {
    // What lies in an archive is known only to who reads it.
    if (modelpack::is_archive(layer.encoding)) return nullptr;
    if (layer.kind != model::Kind::weight) continue;
    const model::FileHead named{.path = layer.path, .size = layer.descriptor.size};
    out.insert(std::string(model::to_string(model::detect_format(named))));
  }
  return out.empty() ? Json() : Json(out);
}

class Writer {
 public:
  Writer(const Found& found, std::vector<std::string>& notes) : found_(found), notes_(notes) {}

  std::string text(const oci::Reference& reference, const std::string& name, const Digest& digest,
                   const std::vector<modelpack::LayerFile>& layers) {
    const auto signatures = found_.by_type.find(std::string(attest::kCosignSign));
    const bool is_signed = signatures != found_.by_type.end();
    const auto& first = is_signed ? signatures->second : found_.by_type.begin()->second;
    own_ = signers_of(first);
    line("Made by mpk policy init of what was proven of");
    line(printable(reference.name(), 300) + "@" + digest.text() + ".");
    line("Read it before it is used: it says what this artifact is, not what others should be.");
    add({{"apiVersion", std::string(identifiers::kPolicyApiVersion)}});
    add({{"name", name}});
    if (reference.kind == oci::Reference::Kind::registry) {
      line("Which references it is about; * and ** widen it.");
      add({{"match", {policy::glob_of(reference.name())}}});
    }
    who(own_);
    evidence();
    if (!is_signed) {
      line("No signature that counts is attached, only attestations.");
      add({{"signature", {{"required", false}}}});
    }
    attestations();
    provenance();
    aibom();
    content(layers);
    return out_;
  }

 private:
  static std::set<Signer> signers_of(const std::vector<const CheckedBundle*>& bundles) {
    std::set<Signer> out;
    for (const auto* bundle : bundles) out.insert(signer_of_bundle(*bundle));
    return out;
  }
  static Json list_of(const std::set<Signer>& signers) {
    Json out = Json::array();
    for (const auto& [subject, issuer] : signers)
      out.push_back({{"identity", subject}, {"issuer", issuer}});
    return out;
  }
  void line(const std::string& text) { out_ += "# " + text + "\n"; }
  void add(const Json& section) { out_ += json::to_yaml(section); }

  // Somebody who could push may have signed, too: nobody counts alone where several have.
  void who(const std::set<Signer>& signers) {
    line("Who signed.");
    if (signers.size() > 1) {
      const auto count = std::to_string(signers.size());
      line("They are " + count + ", and each must sign: take out who should not count.");
      notes_.push_back("signed by " + count +
                       " identities, and all of them are asked for: look at "
                       "signers, or name who counts");
    }
    add({{"signers", list_of(signers)}});
    if (signers.size() > 1) add({{"threshold", signers.size()}});
  }

  void evidence() {
    bool logged = true, stamped = true;
    for (const auto& [type, bundles] : found_.by_type) {
      for (const auto* bundle : bundles) {
        const auto& verified = *bundle->report.verified;
        logged = logged && !verified.logs.empty();
        stamped = stamped && std::ranges::any_of(verified.times, [](const auto& time) {
                    return time.source == "tsa";
                  });
      }
    }
    Json out = Json::object();
    if (logged) out["logs"] = 1;
    if (stamped) out["timestamps"] = 1;
    if (out.empty()) return;
    line("What proves when it was signed.");
    add({{"evidence", out}});
  }

  void with_signers(Json& section, const std::vector<const CheckedBundle*>& bundles) const {
    const auto signers = signers_of(bundles);
    if (signers == own_) return;
    section["signers"] = list_of(signers);
    if (signers.size() > 1) section["threshold"] = signers.size();
  }

  const std::vector<const CheckedBundle*>* of_type(std::string_view type) const {
    const auto at = found_.by_type.find(std::string(type));
    return at == found_.by_type.end() ? nullptr : &at->second;
  }

  // What has no section of its own, or is not in the form that its section reads.
  void attestations() {
    Json list = Json::array();
    for (const auto& [type, bundles] : found_.by_type) {
      if (type == attest::kCosignSign || type == attest::kCycloneDx || type.empty()) continue;
      const auto& newest = *bundles.front();
      if (type == attest::kSlsaProvenance &&
          !policy::draft_provenance(predicate_of(newest), newest.report.verified->identity)
               .is_null())
        continue;
      if (type == attest::kTestResult && !policy::draft_scan(predicate_of(newest)).is_null())
        continue;
      Json entry = {{"type", type}};
      with_signers(entry, bundles);
      list.push_back(std::move(entry));
    }
    if (list.empty()) return;
    line("What else is attached.");
    add({{"attestations", std::move(list)}});
  }

  void provenance() {
    const auto* bundles = of_type(attest::kSlsaProvenance);
    if (bundles == nullptr) return;
    const auto& newest = *bundles->front();
    auto section = policy::draft_provenance(predicate_of(newest), newest.report.verified->identity);
    if (section.is_null()) return;
    with_signers(section, *bundles);
    line("How it was built. A level is a decision: builders[].level says which one its builder is");
    line("trusted for, level which one is asked for.");
    add({{"provenance", std::move(section)}});
  }

  void aibom() {
    const auto* bundles = of_type(attest::kCycloneDx);
    if (bundles == nullptr) return;
    auto section = policy::draft_aibom(predicate_of(*bundles->front()));
    with_signers(section, *bundles);
    line("What the aiBOM says. Scores are those of mpk aibom score, rounded down.");
    add({{"aibom", std::move(section)}});
  }

  void content(const std::vector<modelpack::LayerFile>& layers) {
    Json section = Json::object();
    if (auto formats = formats_of(layers); !formats.is_null())
      section["formats"] = {{"allow", std::move(formats)}};
    if (const auto* bundles = of_type(attest::kTestResult)) {
      auto scan = policy::draft_scan(predicate_of(*bundles->front()));
      if (!scan.is_null()) {
        with_signers(scan, *bundles);
        section["scan"] = std::move(scan);
      }
    }
    if (section.empty()) return;
    line("What lies in its layers.");
    add({{"content", std::move(section)}});
  }

  const Found& found_;
  std::vector<std::string>& notes_;
  std::set<Signer> own_;
  std::string out_;
};

std::string first_failure(const policy::Verdict& verdict) {
  for (const auto& check : verdict.checks) {
    if (check.result == policy::CheckResult::fail)
      return check.id + " (" + check.code + "): " + check.message;
  }
  return "nothing was decided";
}

}  // namespace

Result<PolicyStart> start_policy(const Context& context, const oci::Reference& reference,
                                 const VerifyRequest& base, const std::string& name) {
  const auto store = TRY(open_store(context, reference));
  const auto descriptor = TRY(resolve(*store, reference));
  const auto bytes = TRY(store->fetch_manifest(descriptor));
  const auto manifest = TRY(oci::parse_manifest(bytes, descriptor.media_type));
  std::vector<modelpack::LayerFile> layers;
  if (modelpack::is_model(manifest)) layers = TRY(modelpack::layer_files(*store, manifest));
  const auto bundles =
      TRY(collect_evidence(*store, descriptor.digest, base, context.clock.now(), &layers));
  const auto found = counting(bundles, base.identities);
  if (found.by_type.empty()) {
    return Error(ErrorKind::untrusted,
                 reference.text() + ": nothing attached to it verifies and counts, of " +
                     std::to_string(found.passed_over) + " bundles",
                 "mpk tree REF says why; is it the right trusted root?");
  }
  PolicyStart out;
  out.yaml = Writer(found, out.notes).text(reference, name, descriptor.digest, layers);
  if (found.passed_over > 0) {
    out.notes.push_back(
        std::to_string(found.passed_over) +
        " bundles are not in it: they do not verify, are signed with a key, or do not count");
  }
  auto policies = policy::parse_policy(out.yaml, name + ".yaml");
  if (!policies) return std::move(policies).error().with_kind(ErrorKind::internal);
  auto request = base;
  request.identities.clear();
  request.policies = std::make_shared<const policy::PolicyFile>(policies.take());
  // By digest: what was looked at is what is judged.
  out.verdict =
      TRY(verify_in_store(context, *store, reference.with_digest(descriptor.digest), request));
  if (out.verdict.outcome() == policy::Verdict::Outcome::passed) return out;
  return Error(
      ErrorKind::mismatch,
      reference.text() + ": it does not pass what was made of it: " + first_failure(out.verdict),
      "mpk verify says more; what is wrong with the artifact is no policy's to excuse");
}

}  // namespace mpk::flow
