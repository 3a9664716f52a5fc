// What someone with push rights can plant beside an artifact, and what it must not change.
#include "aibom/test_models.hpp"
#include "flow/test_workbench.hpp"
#include "oci/memory_store.hpp"
#include "oci/test_artifacts.hpp"
#include "sigstore/attach.hpp"
#include "sigstore/test_sigstore.hpp"

using namespace mpk;
using namespace mpk::flow;
using sigstore::testing::TestSigstore;
using test::check_of;
using test::must;

namespace {

constexpr const char* kIssuer = "https://issuer.example";

// An artifact in memory, bundles by a Sigstore in memory, and a policy over both.
struct Scene {
  explicit Scene(bool is_model = true) {
    bench.clock.set(TestSigstore::kTime.plus_seconds(3'600));
    const auto packed = aibom::testing::artifact(files, info);
    manifest_bytes = packed.manifest_bytes;
    subject = packed.manifest;
    if (!is_model) {
      const auto empty = must(oci::push_text(store, oci::kEmptyType, std::string(oci::kEmptyBlob)));
      const auto other = oci::test::serialized(
          {.artifact_type = "application/vnd.example.thing", .config = empty, .layers = {empty}});
      manifest_bytes = other.bytes;
      subject = other.descriptor;
    }
    http::TextSource config(packed.config_bytes);
    must(store.push_blob(packed.config, config, {}));
    must_do(store.push_manifest(subject, manifest_bytes, "1.0"));
  }
  static void must_do(const Result<void>& result) {
    if (!result) FAIL(result.error().text());
  }
  void attach(const std::string& bundle, const std::string& claimed_type) {
    must(sigstore::attach_bundle(store, subject, bundle, claimed_type, bench.clock.now()));
  }
  void sign(const std::string& type, const Json& predicate = Json::object()) {
    attach(must(sigstore::make_bundle(authority.sign(subject.digest, type, predicate))), type);
  }
  /// The artifact's aiBOM, or one of other bytes.
  Json bom(bool true_one) const {
    auto described = files;
    if (!true_one) described.front().digest = crypto::sha256("other bytes");
    return must(aibom::testing::build(info, described, [](aibom::BuildInput&) {}));
  }
  policy::Verdict judge(const std::string& policy_text) {
    VerifyRequest request{.trusted_root = authority.root()};
    request.policies = test::policies(policy_text);
    return must(verify_in_store(bench.context, store,
                                must(oci::Reference::parse("registry.example/acme/tiny:1.0")),
                                request));
  }

  test::Workbench bench;
  TestSigstore authority;
  oci::MemoryStore store;
  std::vector<modelpack::ModelFile> files = aibom::testing::tiny_files();
  model::ModelInfo info = aibom::testing::tiny_llama();
  std::string manifest_bytes;
  oci::Descriptor subject = oci::Descriptor::of("", "");
};

std::string signer(const std::string& who) {
  return "  - {identity: " + who + ", issuer: " + kIssuer + "}\n";
}
std::string head() { return "apiVersion: mpk/v1\nsigners:\n" + signer("ci@example.com"); }
std::string unsigned_head() { return head() + "signature: {required: false}\n"; }

}  // namespace

TEST_CASE("an annotation never decides what a bundle that verifies is") {
  // The same person signed the manifest's bytes as a file: no signature of the artifact, and no
  // statement about it.
  for (const auto type : {attest::kCosignSign, attest::kSlsaProvenance, attest::kCycloneDx}) {
    CAPTURE(std::string(type));
    Scene scene;
    scene.attach(scene.authority.sign_bytes(scene.manifest_bytes), std::string(type));
    CHECK(scene.judge(head()).exit_code() == 10);
    CHECK(scene.judge(unsigned_head() + "attestations: [{type: slsaprovenance1}]\n").exit_code() ==
          1);
    CHECK(scene.judge(unsigned_head() + "aibom: {required: true}\n").exit_code() == 20);
    scene.sign(std::string(attest::kCosignSign));
    CHECK(scene.judge(head()).exit_code() == 0);
  }
}

TEST_CASE("one bundle that is attached many times is one piece of evidence") {
  Scene scene;
  const auto parts = scene.authority.sign(scene.subject.digest);
  const auto bundle = must(sigstore::make_bundle(parts));
  for (int i = 0; i < 20; ++i) {
    scene.bench.clock.set(scene.bench.clock.now().plus_seconds(1));  // another referrer each time
    scene.attach(bundle, std::string(attest::kCosignSign));
  }
  REQUIRE(must(scene.store.referrers(scene.subject.digest, {})).size() == 20);
  const auto verdict = scene.judge(head());
  CHECK(verdict.exit_code() == 0);
  CHECK(verdict.evidence.size() == 1);
}

TEST_CASE("an aiBOM agrees with the layers of a model, not with their absence") {
  Scene model;
  model.sign(std::string(attest::kCycloneDx), model.bom(true));
  CHECK(model.judge(unsigned_head() + "aibom: {required: true}\n").exit_code() == 0);

  Scene other(false);
  auto empty = other.bom(true);
  empty["metadata"]["component"].erase("components");
  empty["metadata"]["component"].erase("hashes");
  empty["metadata"]["component"].erase("purl");
  empty.erase("components");
  empty.erase("dependencies");
  empty.erase("annotations");
  other.sign(std::string(attest::kCycloneDx), empty);
  const auto verdict = other.judge(unsigned_head() + "aibom: {required: true}\n");
  CHECK(verdict.exit_code() != 0);
  CHECK(other.judge(unsigned_head() + "aibom: {agreesWithLayers: false}\n").exit_code() ==
        (check_of(verdict, "aibom.valid").result == policy::CheckResult::pass ? 0 : 21));
}

TEST_CASE("two signers whose aiBOMs contradict each other are refused; one may correct himself") {
  const std::string both = unsigned_head() + "aibom: {required: true}\n";
  Scene corrected;
  corrected.sign(std::string(attest::kCycloneDx), corrected.bom(false));
  CHECK(corrected.judge(both).exit_code() == 22);
  corrected.authority.timestamp_time = TestSigstore::kTime.plus_seconds(60);
  corrected.sign(std::string(attest::kCycloneDx), corrected.bom(true));
  CHECK(corrected.judge(both).exit_code() == 0);

  for (const bool true_first : {true, false}) {
    Scene same_second;
    same_second.sign(std::string(attest::kCycloneDx), same_second.bom(true_first));
    same_second.sign(std::string(attest::kCycloneDx), same_second.bom(!true_first));
    CHECK(same_second.judge(both).exit_code() == 22);
  }

  Scene contradicted;
  contradicted.authority.email = "auditor@example.com";
  contradicted.sign(std::string(attest::kCycloneDx), contradicted.bom(false));
  contradicted.authority.email = "ci@example.com";
  contradicted.authority.timestamp_time = TestSigstore::kTime.plus_seconds(60);
  contradicted.sign(std::string(attest::kCycloneDx), contradicted.bom(true));
  CHECK(contradicted.judge(both).exit_code() == 0);  // the auditor is nobody here
  const auto two = "apiVersion: mpk/v1\nsigners:\n" + signer("ci@example.com") +
                   signer("auditor@example.com") + "signature: {required: false}\n";
  CHECK(contradicted.judge(two + "aibom: {required: true}\n").exit_code() == 22);
}

TEST_CASE("the aiBOM that is judged is that of the signers whom its attestation names") {
  Scene scene;
  const std::string policy = unsigned_head() +
                             "attestations:\n  - type: cyclonedx\n    signers:\n    " +
                             signer("auditor@example.com") + "aibom: {required: true}\n";
  scene.sign(std::string(attest::kCycloneDx), scene.bom(true));
  CHECK(scene.judge(policy).exit_code() == 12);
  scene.authority.email = "auditor@example.com";
  scene.sign(std::string(attest::kCycloneDx), scene.bom(false));
  CHECK(scene.judge(policy).exit_code() == 22);
  scene.authority.timestamp_time = TestSigstore::kTime.plus_seconds(60);
  scene.sign(std::string(attest::kCycloneDx), scene.bom(true));
  CHECK(scene.judge(policy).exit_code() == 0);
}

TEST_CASE("a bundle from a file passes a policy only if the policy asks for its type") {
  Scene scene;
  auto judge = [&](const std::string& bundle, const std::string& policy) {
    VerifyRequest request{.trusted_root = scene.authority.root()};
    request.policies = test::policies(policy);
    return must(verify_bundle_file(scene.bench.context, {ReadBundle(bundle)},
                                   {.name = "artifact", .digest = scene.subject.digest}, request));
  };
  auto of = [&](std::string_view type) {
    return must(
        sigstore::make_bundle(scene.authority.sign(scene.subject.digest, std::string(type))));
  };
  const auto versioned = of("https://cyclonedx.org/bom/v1.6");
  CHECK(judge(of(attest::kCosignSign), head()).exit_code() == 0);
  CHECK(judge(scene.authority.sign_bytes(scene.manifest_bytes), head()).exit_code() == 0);
  const auto refused = judge(versioned, head() + "attestations: [{type: slsaprovenance1}]\n");
  CHECK(refused.exit_code() == 12);
  CHECK(check_of(refused, "bundle").code == "predicate-type-mismatch");
  CHECK(refused.scope == policy::Verdict::Scope::bundle);

  // The signers are those of every rule about the type, in each of its forms.
  const auto named = head() + "attestations:\n  - type: cyclonedx\n    signers:\n    " +
                     signer("auditor@example.com");
  CHECK(judge(of(attest::kCycloneDx), named).exit_code() == 12);
  CHECK(judge(versioned, named).exit_code() == 12);
  CHECK(judge(versioned, head() + "attestations: [{type: cyclonedx}]\n").exit_code() == 0);
}
