// What someone with push rights can do to a registry, against the gate: each attack is refused for
// its reason, and a summary that mpk attached opens it with one request.
#include "attest/vsa.hpp"
#include "flow/attach.hpp"
#include "flow/evidence.hpp"
#include "flow/model_signing.hpp"
#include "flow/summary_predicate.hpp"
#include "flow/test_workbench.hpp"
#include "oci/copy.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/referrers_tag.hpp"
#include "oms/statement.hpp"
#include "sigstore/attach.hpp"

#include <nlohmann/json.hpp>

#include <vector>

using namespace mpk;
using namespace mpk::flow;
using test::check_of;
using test::must;

namespace {

constexpr const char* kGate = "gate@sandbox.example";
constexpr const char* kVerifier = "https://gate.example/v1";

// A shipped model in a registry, and policies about it.
struct Scene {
  explicit Scene(bool referrers_api = true) {
    bench.services->registry().switches().referrers_api = referrers_api;
    attached = must(bench.ship_to("1.0")).attached;
    store = must(open_store(bench.context, bench.reference("1.0")));
    subject = must(resolve(*store, bench.reference("1.0")));
    reference = bench.reference("1.0").with_digest(subject.digest);
  }

  std::string signer(std::string_view email) const {
    return "{identity: " + std::string(email) + ", issuer: \"" + bench.services->issuer().url() +
           "\"}";
  }
  std::string head() const {
    return "apiVersion: mpk/v1\nname: gate\nsigners: [" + signer(sandbox::Sandbox::kIdentity) +
           "]\n";
  }
  std::string whole() const {
    return head() +
           "provenance: {builders: [{idPattern: .*, level: 1}]}\n"
           "aibom: {required: true}\n";
  }
  std::string vsa(const std::string& id = kVerifier, const std::string& level = "1",
                  const std::string& more = "") const {
    return "vsa:\n  verifiers: [{id: " + id + ", signers: [" + signer(kGate) +
           "]}]\n  levels: [SLSA_BUILD_LEVEL_" + level + "]\n" + more;
  }
  policy::Verdict judge(const std::string& policy, bool deep = false) {
    return judge(policy, reference, deep);
  }
  policy::Verdict judge(const std::string& policy, const oci::Reference& about, bool deep = false) {
    auto request = bench.by();
    request.identities.clear();
    request.policies = test::policies(policy);
    request.deep = deep;
    return must(verify_artifact(bench.context, about, request));
  }
  // As mpk attest --type vsa --policy does.
  Json summary(const std::string& policy) {
    const auto verdict = judge(policy, true);
    return must(vsa_predicate(verdict, "oci://" + reference.name(),
                              {.verifier_id = kVerifier,
                               .policy_uri = {},
                               .levels = {},
                               .now = bench.clock.now(),
                               .mpk_version = bench.context.mpk_version}));
  }
  AttachedStatement attach(std::string_view type, const Json& predicate, const std::string& by) {
    const auto by_whom = must(prepare_signer(bench.context, bench.signing(by)));
    return must(sign_and_attach(bench.context, *store, reference, subject, std::string(type),
                                predicate, *by_whom));
  }
  std::string bundle_of(std::string_view type) {
    std::string out;
    const auto found = sigstore::each_bundle(
        *store, subject.digest,
        [&](const sigstore::FoundBundle& bundle) {
          out = bundle.text;
          return claimed_type(ReadBundle(bundle.text)) != type;
        },
        type);
    REQUIRE(found);
    REQUIRE(claimed_type(ReadBundle(out)) == type);
    return out;
  }
  std::uint64_t requests() { return bench.services->registry().switches().requests; }
  void clobber(const std::string& bytes) {
    const auto pushed = store->push_manifest(oci::Descriptor::of(oci::kIndexType, bytes), bytes,
                                             oci::referrers_tag(subject.digest));
    REQUIRE(pushed);
  }

  test::Workbench bench;
  std::vector<AttachedStatement> attached;
  std::unique_ptr<oci::Store> store;
  oci::Descriptor subject = oci::Descriptor::of("", "");
  oci::Reference reference;
};

std::vector<std::string> ids(const policy::Verdict& verdict) {
  std::vector<std::string> out;
  for (const auto& check : verdict.checks) out.push_back(check.id);
  return out;
}

}  // namespace

TEST_CASE("a summary that mpk attached opens the gate with one request, and nothing else is read") {
  Scene scene;
  const auto policy = scene.whole() + scene.vsa();
  const auto before = scene.judge(policy);
  CHECK(before.exit_code() == 0);
  CHECK(check_of(before, "vsa").code == "no-summary");
  scene.attach(attest::kVsa, scene.summary(policy), kGate);

  auto requests = scene.requests();
  const auto verdict = scene.judge(policy);
  CHECK(scene.requests() - requests == 1);
  CHECK(verdict.exit_code() == 0);
  CHECK(ids(verdict) == std::vector<std::string>{"vsa"});
  CHECK(verdict.digest == scene.subject.digest);
  REQUIRE(verdict.evidence.size() == 1);
  CHECK(verdict.evidence.front().identity.subject == kGate);

  // A tag has to be resolved first.
  requests = scene.requests();
  CHECK(scene.judge(policy, scene.bench.reference("1.0")).exit_code() == 0);
  CHECK(scene.requests() - requests == 2);

  requests = scene.requests();
  const auto deep = scene.judge(policy, true);
  CHECK(deep.exit_code() == 0);
  CHECK(scene.requests() - requests > 2);
  CHECK(check_of(deep, "aibom.layers").result == policy::CheckResult::pass);
  for (const auto& check : deep.checks) CHECK(check.id != "vsa");
}

TEST_CASE("a summary that another client attached opens the gate with three requests") {
  // cosign's list entry names the type; go-containerregistry's says nothing.
  for (const bool named : {true, false}) {
    CAPTURE(named);
    Scene scene;
    const auto policy = scene.whole() + scene.vsa(kVerifier, "1", "  required: true\n");
    const auto signer = must(prepare_signer(scene.bench.context, scene.bench.signing(kGate)));
    const auto summary = must(signer->sign(statement_about(
        scene.reference, scene.subject.digest, std::string(attest::kVsa), scene.summary(policy))));
    auto type = std::string(sigstore::kBundleType);
    oci::Manifest manifest{
        .media_type = std::string(oci::kManifestType),
        .artifact_type = type,
        .config = must(oci::push_text(*scene.store, oci::kEmptyType, std::string(oci::kEmptyBlob))),
        .layers = {must(oci::push_text(*scene.store, type, summary.text))}};
    manifest.subject = scene.subject;
    if (named)
      manifest.annotations["dev.sigstore.bundle.predicateType"] = std::string(attest::kVsa);
    const auto bytes = oci::serialize(manifest);
    must(scene.store->push_manifest(oci::Descriptor::of(oci::kManifestType, bytes), bytes, {}));

    const auto requests = scene.requests();
    const auto verdict = scene.judge(policy);
    CHECK(scene.requests() - requests == 3);
    CHECK(verdict.exit_code() == 0);
    CHECK(ids(verdict) == std::vector<std::string>{"vsa"});
  }
}

TEST_CASE("without a referrers API a summary is found by its tag") {
  Scene scene(false);
  const auto policy = scene.whole() + scene.vsa(kVerifier, "1", "  required: true\n");
  CHECK(check_of(scene.judge(policy), "vsa").code == "no-summary");
  scene.attach(attest::kVsa, scene.summary(policy), kGate);
  const auto requests = scene.requests();
  CHECK(scene.judge(policy).exit_code() == 0);
  CHECK(scene.requests() - requests == 2);
}

TEST_CASE("a required summary is refused when policy, verifier, level or signer differ") {
  Scene scene;
  const auto required = [&](const std::string& id, const std::string& level,
                            const std::string& more) {
    return scene.whole() + scene.vsa(id, level, "  required: true\n" + more);
  };
  const auto policy = required(kVerifier, "1", "");
  const auto predicate = scene.summary(policy);
  const auto stranger = scene.attach(attest::kVsa, predicate, "mallory@sandbox.example");
  const auto foreign = scene.judge(policy);
  CHECK(foreign.exit_code() == 12);
  CHECK(check_of(foreign, "vsa").code == "identity-not-allowed");

  scene.attach(attest::kVsa, predicate, kGate);
  const auto digest = test::policies(policy)->digest.text();
  struct Case {
    std::string policy;
    const char* code;  // "": passes
  };
  for (const auto& [text, code] : {
           Case{policy, ""},
           Case{policy + "# changed since\n", "vsa-policy"},
           Case{required(kVerifier, "1", "  policies: [\"" + digest + "\"]\n"), ""},
           Case{required(kVerifier, "2", "  policies: [\"" + digest + "\"]\n"), "vsa-level"},
           Case{required("https://other.example/gate", "1", "  policies: [\"" + digest + "\"]\n"),
                "vsa-verifier"},
       }) {
    CAPTURE(text);
    const auto verdict = scene.judge(text);
    CHECK(check_of(verdict, "vsa").code == code);
    CHECK(verdict.exit_code() == (std::string_view(code).empty() ? 0 : 1));
    // Not even what would pass by itself is looked at.
    CHECK(ids(verdict) == std::vector<std::string>{"vsa"});
  }
}

TEST_CASE(
    "where two must have signed the summary, each in a bundle of its own, one is not enough") {
  Scene scene;
  const auto policy = scene.whole() + "vsa:\n  required: true\n  levels: [SLSA_BUILD_LEVEL_1]\n" +
                      "  verifiers: [{id: " + kVerifier + ", threshold: 2, signers: [" +
                      scene.signer(kGate) + ", " + scene.signer("second@sandbox.example") + "]}]\n";
  const auto predicate = scene.summary(policy);
  scene.attach(attest::kVsa, predicate, kGate);
  const auto alone = scene.judge(policy);
  CHECK(alone.exit_code() == 12);
  CHECK(check_of(alone, "vsa").code == "too-few-signers");
  scene.attach(attest::kVsa, predicate, "mallory@sandbox.example");
  CHECK(check_of(scene.judge(policy), "vsa").code == "too-few-signers");
  scene.attach(attest::kVsa, predicate, "second@sandbox.example");
  CHECK(scene.judge(policy).exit_code() == 0);
}

TEST_CASE("a summary does not follow the artifact to another repository") {
  Scene scene;
  const auto policy = scene.whole() + scene.vsa(kVerifier, "1", "  required: true\n");
  scene.attach(attest::kVsa, scene.summary(policy), kGate);
  const auto other =
      must(oci::Reference::parse(scene.bench.services->registry_host() + "/mallory/tiny:1.0"));
  const auto there = must(open_store(scene.bench.context, other));
  must(oci::copy_artifact(*scene.store, scene.subject, *there, {.tag = "1.0", .mount_from = {}}));
  const auto moved = scene.judge(policy, other.with_digest(scene.subject.digest));
  CHECK(moved.exit_code() == 1);
  CHECK(check_of(moved, "vsa").code == "vsa-resource");
  // Everything that was signed came along, so without the section it passes.
  CHECK(scene.judge(scene.whole(), other).exit_code() == 0);
}

TEST_CASE("only a pass of the whole policy is summed up") {
  Scene scene;
  const auto refused = scene.judge(scene.whole() + "attestations: [{type: vuln}]\n", true);
  REQUIRE(refused.exit_code() == 1);
  const SummaryOptions options{.verifier_id = kVerifier,
                               .policy_uri = {},
                               .levels = {},
                               .now = scene.bench.clock.now(),
                               .mpk_version = "0"};
  CHECK_FALSE(vsa_predicate(refused, "oci://" + scene.reference.name(), options));
  const auto by_identity =
      must(verify_artifact(scene.bench.context, scene.reference, scene.bench.by()));
  REQUIRE(by_identity.exit_code() == 0);
  CHECK_FALSE(vsa_predicate(by_identity, "oci://" + scene.reference.name(), options));
}

TEST_CASE(
    "an annotation that lies about the predicate neither hides a bundle nor makes it another") {
  Scene scene;
  const auto policy = scene.whole() + scene.vsa(kVerifier, "1", "  required: true\n");
  const auto signature = scene.bundle_of(attest::kCosignSign);
  must(sigstore::attach_bundle(*scene.store, scene.subject, signature, std::string(attest::kVsa),
                               scene.bench.clock.now().plus_seconds(1)));
  CHECK(check_of(scene.judge(policy), "vsa").code == "no-summary");

  const auto signer = must(prepare_signer(scene.bench.context, scene.bench.signing(kGate)));
  const auto summary = must(signer->sign(statement_about(
      scene.reference, scene.subject.digest, std::string(attest::kVsa), scene.summary(policy))));
  must(sigstore::attach_bundle(*scene.store, scene.subject, summary.text,
                               std::string(attest::kCycloneDx), scene.bench.clock.now()));
  CHECK(scene.judge(policy).exit_code() == 0);
  // It is no aiBOM either: the one that was shipped is judged.
  CHECK(scene.judge(scene.whole()).exit_code() == 0);
  CHECK(scene.judge(scene.head() + "attestations: [{type: vuln}]\n").exit_code() == 1);
}

TEST_CASE("evidence whose referrer was removed is missed, each by its own code") {
  struct Case {
    std::string_view type;
    const char *check, *code;
    int exit_code;
  };
  for (const auto& [type, check, code, exit_code] :
       {Case{attest::kCosignSign, "signature", "no-signature", 10},
        Case{attest::kCycloneDx, "aibom", "no-aibom", 20},
        Case{attest::kSlsaProvenance, "provenance", "no-provenance", 1}}) {
    CAPTURE(code);
    Scene scene;
    REQUIRE(scene.judge(scene.whole()).exit_code() == 0);
    for (const auto& attached : scene.attached) {
      if (attached.predicate_type != type) continue;
      const auto removed = scene.store->remove_manifest(attached.referrer);
      REQUIRE(removed);
    }
    const auto verdict = scene.judge(scene.whole());
    CHECK(verdict.exit_code() == exit_code);
    CHECK(check_of(verdict, check).code == code);
  }
}

TEST_CASE("a fallback tag that was clobbered hides evidence, and never makes any") {
  Scene scene(false);
  REQUIRE(scene.judge(scene.whole()).exit_code() == 0);
  scene.clobber(oci::serialize(oci::Index{}));
  const auto empty = scene.judge(scene.whole());
  CHECK(empty.exit_code() == 10);
  CHECK(check_of(empty, "signature").code == "no-signature");

  // Entries of what is attached to another artifact by the same signer.
  const auto other = scene.bench.reference("other");
  const auto foreign =
      must(ship(scene.bench.context, {.pack = {.directory = "testdata/models/tiny-onnx"},
                                      .declared = {},
                                      .reference = other,
                                      .signing = scene.bench.signing(),
                                      .provenance = {}}));
  oci::Index lie;
  for (const auto& attached : foreign.attached) lie.manifests.push_back(attached.referrer);
  scene.clobber(oci::serialize(lie));
  const auto lied = scene.judge(scene.whole());
  CHECK(lied.exit_code() == 12);
  CHECK(check_of(lied, "signature").code == "subject-mismatch");
  CHECK(check_of(lied, "aibom").code == "subject-mismatch");

  oci::Index both = lie;
  for (const auto& attached : scene.attached) both.manifests.push_back(attached.referrer);
  scene.clobber(oci::serialize(both));
  CHECK(scene.judge(scene.whole()).exit_code() == 0);
}

TEST_CASE("a model signature whose resources are another model's is none of this one") {
  Scene scene;
  const auto asked =
      scene.head() + "attestations: [{type: \"" + std::string(oms::kPredicateType) + "\"}]\n";
  const std::string check = "attestation:" + std::string(oms::kPredicateType);
  const auto other = scene.bench.reference("other");
  must(pack_to(scene.bench.context, {.directory = "testdata/models/tiny-onnx"}, other));
  const auto signer = must(prepare_signer(scene.bench.context, scene.bench.signing()));
  const auto foreign = must(sign_layers(scene.bench.context, *scene.store, other,
                                        must(resolve(*scene.store, other)), *signer));
  CHECK(check_of(scene.judge(asked), check).code == "attestation-missing");
  must(sigstore::attach_bundle(*scene.store, scene.subject, foreign.bundle,
                               std::string(oms::kPredicateType), scene.bench.clock.now()));
  const auto verdict = scene.judge(asked);
  CHECK(verdict.exit_code() == 12);
  CHECK(check_of(verdict, check).code == "layers-mismatch");
  // Its neighbour of these layers is enough, and the other is reported.
  must(sign_layers(scene.bench.context, *scene.store, scene.reference, scene.subject, *signer));
  const auto passed = scene.judge(asked);
  CHECK(passed.exit_code() == 0);
  std::size_t unverified = 0;
  for (const auto& item : passed.evidence) unverified += item.verified ? 0U : 1U;
  CHECK(unverified == 1);
}
