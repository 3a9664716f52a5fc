// An aiBOM by reference: written where a log refuses the document for its size, followed to the
// bytes that were signed and to no others.
#include "flow/aibom_reference.hpp"

#include "attest/predicate_form.hpp"
#include "base/identifiers.hpp"
#include "crypto/hash.hpp"
#include "flow/attach.hpp"
#include "flow/attached_aibom.hpp"
#include "flow/look.hpp"
#include "flow/test_workbench.hpp"
#include "json/parse.hpp"
#include "oci/copy.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace mpk;
using namespace mpk::flow;
using test::check_of;
using test::must;

namespace {

constexpr const char* kBomType = "application/vnd.cyclonedx+json";
constexpr const char* kStranger = "mallory@sandbox.example";

struct Scene {
  Scene() {
    model = bench.directory.path() / "model";
    std::filesystem::copy("testdata/models/tiny-gguf", model);
    std::string overlay = "apiVersion: mpk/v1\nlimitations:\n";
    for (int i = 0; i < 250; ++i)
      overlay += "  - \"" + std::to_string(i) + std::string(1'000, 'x') + "\"\n";
    must(write_file_atomic(model / "aibom.yaml", overlay));
    bench.services->faults().rekor_v1_limit = 150'000;
  }

  SigningRequest signing(bool v1,
                         const std::string& by = std::string(sandbox::Sandbox::kIdentity)) {
    auto out = bench.signing(by);
    if (v1) out.signing_config_text = bench.file("signing-config-rekor-v1.json");
    return out;
  }
  ShipOutcome ship_to(const oci::Reference& where, bool v1) {
    auto outcome = must(ship(bench.context, {.pack = {.directory = model},
                                             .declared = {},
                                             .reference = where,
                                             .signing = signing(v1),
                                             .provenance = {}}));
    store = must(open_store(bench.context, where));
    reference = where;
    subject = outcome.packed.artifact.manifest;
    return outcome;
  }
  std::string policy(const std::string& more = "aibom: {required: true}\n") const {
    return "apiVersion: mpk/v1\nsigners: [{identity: " + std::string(sandbox::Sandbox::kIdentity) +
           ", issuer: \"" + bench.services->issuer().url() + "\"}]\n" + more;
  }
  policy::Verdict judge(const oci::Reference& about, const std::string& text) const {
    auto request = bench.by();
    request.identities.clear();
    request.policies = test::policies(text);
    return must(verify_artifact(bench.context, about, request));
  }
  policy::Verdict judge() const { return judge(reference, policy()); }
  AttachedStatement attach(std::string_view type, const Json& predicate,
                           const std::string& by = std::string(sandbox::Sandbox::kIdentity)) {
    const auto signer = must(prepare_signer(bench.context, signing(false, by)));
    return must(sign_and_attach(bench.context, *store, reference, subject, std::string(type),
                                predicate, *signer));
  }
  std::filesystem::path stored(const Digest& digest) const {
    return bench.directory.path() / "registry/blobs/sha256" / digest.hex();
  }

  test::Workbench bench{true};
  std::filesystem::path model;
  std::unique_ptr<oci::Store> store;
  oci::Reference reference;
  oci::Descriptor subject = oci::Descriptor::of("", "");
};

const policy::EvidenceItem* evidence_of(const policy::Verdict& verdict, std::string_view type) {
  for (const auto& item : verdict.evidence) {
    if (item.predicate_type == type) return &item;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("an aiBOM that the log does not take for its size is shipped by reference, and passes") {
  for (const bool layout : {false, true}) {
    CAPTURE(layout);
    Scene scene;
    const auto where =
        layout ? must(oci::Reference::parse(
                     "oci:" + (scene.bench.directory.path() / "layout").native() + ":1"))
               : scene.bench.reference("1");
    const auto outcome = scene.ship_to(where, true);
    const auto& attached = outcome.attached.at(1);
    CHECK(attached.predicate_type == attest::kReference);
    REQUIRE(attached.aibom);
    CHECK_FALSE(outcome.attached.at(0).aibom);
    CHECK_FALSE(outcome.attached.at(2).aibom);
    CHECK(
        attest::check_predicate_form(attest::kReference, aibom_reference(where, *attached.aibom)));

    const auto verdict = scene.judge();
    CHECK(verdict.exit_code() == 0);
    CHECK(check_of(verdict, "aibom.layers").result == policy::CheckResult::pass);
    const auto* item = evidence_of(verdict, attest::kCycloneDx);
    REQUIRE(item != nullptr);
    CHECK(item->verified);
    CHECK(item->steps.back().id == "aibom.blob");
    CHECK(evidence_of(verdict, attest::kReference) == nullptr);

    const auto root = scene.bench.by().trusted_root;
    const auto shown = must(attached_aibom(scene.bench.context, where, root));
    REQUIRE(shown);
    CHECK(shown->aibom == outcome.aibom);
    CHECK_FALSE(shown->verified_by.empty());
    const auto seen = must(tree(scene.bench.context, where, root)).referrers;
    CHECK(std::ranges::count(seen, TreeNode::State::verified, &TreeNode::state) == 3);
    CHECK(std::ranges::count(seen, kBomType, &TreeNode::label) == 1);
  }
}

TEST_CASE("an aiBOM that the log takes is shipped inline") {
  for (const bool v1 : {false, true}) {
    CAPTURE(v1);
    Scene scene;
    if (v1) scene.bench.services->faults().rekor_v1_limit = 0;
    const auto outcome = scene.ship_to(scene.bench.reference("1"), v1);
    CHECK(outcome.attached.at(1).predicate_type == attest::kCycloneDx);
    CHECK_FALSE(outcome.attached.at(1).aibom);
    CHECK(must(scene.store->referrers(scene.subject.digest)).size() == 3);
    CHECK(scene.judge().exit_code() == 0);
  }
}

TEST_CASE("only an aiBOM is attested by reference, any other predicate stays too large") {
  Scene scene;
  const auto where = scene.bench.reference("1");
  const auto aibom = scene.ship_to(where, false).aibom;
  const auto before = must(scene.store->referrers(scene.subject.digest)).size();
  const auto signer = must(prepare_signer(scene.bench.context, scene.signing(true)));
  const auto attest = [&](std::string_view type) {
    return sign_and_attach(scene.bench.context, *scene.store, where, scene.subject,
                           std::string(type), aibom, *signer);
  };
  const auto refused = attest("https://example.com/large/v1");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::too_large);
  CHECK(must(scene.store->referrers(scene.subject.digest)).size() == before);
  const auto attached = must(attest(attest::kCycloneDx));
  CHECK(attached.predicate_type == attest::kReference);
  CHECK(attached.aibom->size == json::compact(aibom).size());
  // The bundle, and what keeps the blob.
  CHECK(must(scene.store->referrers(scene.subject.digest)).size() == before + 2);
}

TEST_CASE("an aiBOM by reference goes along when the artifact is copied") {
  Scene scene;
  scene.ship_to(scene.bench.reference("1"), true);
  const auto there =
      must(oci::Reference::parse(scene.bench.services->registry_host() + "/acme/elsewhere:1"));
  const auto store = must(open_store(scene.bench.context, there));
  must(oci::copy_artifact(*scene.store, scene.subject, *store, {.tag = "1", .mount_from = {}}));
  CHECK(scene.judge(there, scene.policy()).exit_code() == 0);
}

TEST_CASE("a blob that is gone or has other bytes is refused by its own code, and shown nowhere") {
  struct Case {
    const char* name;
    void (*change)(Scene& scene, const Digest& blob);
    const char* code;
  };
  for (const auto& [name, change, code] : {
           Case{"removed",
                [](Scene& scene, const Digest& blob) {
                  CHECK(std::filesystem::remove(scene.stored(blob)));
                },
                "aibom-blob-missing"},
           Case{"one byte is another",
                [](Scene& scene, const Digest& blob) {
                  scene.bench.services->registry().tamper(
                      blob, [](std::string& bytes) { bytes[bytes.find("xxx")] = 'y'; });
                },
                "aibom-blob-mismatch"},
           Case{"another document",
                [](Scene& scene, const Digest& blob) {
                  scene.bench.services->registry().tamper(blob,
                                                          [](std::string& bytes) { bytes = "{}"; });
                },
                "aibom-blob-mismatch"},
       }) {
    CAPTURE(name);
    Scene scene;
    const auto outcome = scene.ship_to(scene.bench.reference("1"), true);
    change(scene, outcome.attached.at(1).aibom->digest);
    const auto verdict = scene.judge();
    CHECK(verdict.exit_code() == 12);
    CHECK(check_of(verdict, "aibom").code == code);
    const auto* item = evidence_of(verdict, attest::kCycloneDx);
    REQUIRE(item != nullptr);
    CHECK_FALSE(item->verified);
    CHECK_FALSE(item->problem.empty());
    // It does not fall back to what it is by its own type.
    const auto asked =
        scene.judge(scene.reference, scene.policy("attestations: [{type: reference}]\n"));
    CHECK(asked.exit_code() == 1);
    const auto root = scene.bench.by().trusted_root;
    CHECK_FALSE(must(attached_aibom(scene.bench.context, scene.reference, root)));
  }
}

TEST_CASE("a registry that breaks off leaves it undecided") {
  Scene scene;
  scene.ship_to(scene.bench.reference("1"), true);
  const auto collect = [&] {
    return collect_evidence(*scene.store, scene.subject.digest, scene.bench.by(),
                            scene.bench.clock.now());
  };
  CHECK(collect());
  scene.bench.services->registry().switches().truncate_blobs = true;
  const auto broken = collect();
  REQUIRE_FALSE(broken);
  CHECK(broken.error().kind() == ErrorKind::network);
  CHECK(broken.error().text().find("aibom by reference") != std::string::npos);
}

TEST_CASE("what a signed reference names decides, whatever else lies in the repository") {
  Scene scene;
  const auto outcome = scene.ship_to(scene.bench.reference("1"), false);
  must(scene.store->remove_manifest(outcome.attached.at(1).referrer));
  CHECK(check_of(scene.judge(), "aibom").code == "no-aibom");
  const auto push = [&](const std::string& text) {
    return must(oci::push_text(*scene.store, kBomType, text));
  };
  const auto blob = push(json::compact(outcome.aibom));
  auto other = outcome.aibom;
  other["metadata"]["component"]["components"][0]["hashes"] =
      must(json::parse(R"([{"alg": "SHA-256", "content": ")" + std::string(64, '0') + R"("}])"));
  const auto good = aibom_reference(scene.reference, blob);
  const auto of = [&](const std::string& text) {
    return aibom_reference(scene.reference, push(text));
  };
  const auto with = [&](const char* patch) {
    auto out = good;
    out["references"][0].merge_patch(must(json::parse(patch)));
    return out;
  };
  auto twice = good;
  twice["references"].push_back(twice["references"][0]);
  auto none = good;
  none["references"] = Json::array();
  auto no_list = good;
  no_list["references"] = "aibom";
  struct Case {
    const char* name;
    Json predicate;
    const char* code;  // of the check "aibom"; "": it passes
    bool other_type;   // stays a reference
  };
  const std::vector<Case> cases = {
      {"as mpk writes it", good, "", false},
      {"a media type with a parameter",
       with(R"({"mediaType": "application/vnd.cyclonedx+json; version=1.6"})"), "", false},
      {"a size that is no number", with(R"({"annotations": {"urn:mpk:size": "one"}})"), "no-aibom",
       true},
      {"no size", with(R"({"annotations": null})"), "no-aibom", true},
      {"annotations of another type", with(R"({"annotations": 7})"), "no-aibom", true},
      {"two references", twice, "no-aibom", true},
      {"no references", none, "no-aibom", true},
      {"references of another type", no_list, "no-aibom", true},
      {"another media type", with(R"({"mediaType": "application/spdx+json"})"), "no-aibom", true},
      {"a media type that only begins so",
       with(R"({"mediaType": "application/vnd.cyclonedx+jsonx"})"), "no-aibom", true},
      {"no digest", with(R"({"digest": null})"), "no-aibom", true},
      {"a digest by another algorithm", with(R"({"digest": {"sha256": null, "sha512": "00"}})"),
       "no-aibom", true},
      {"half a digest", with(R"({"digest": {"sha256": "00"}})"), "no-aibom", true},
      {"a digest of nothing that is there", of("gone"), "aibom-blob-missing", false},
      {"another size", with(R"({"annotations": {"urn:mpk:size": 10}})"), "aibom-blob-mismatch",
       false},
      {"a size over the limit", with(R"({"annotations": {"urn:mpk:size": 16777217}})"),
       "aibom-blob-too-large", false},
      {"the largest size", with(R"({"annotations": {"urn:mpk:size": 18446744073709551615}})"),
       "aibom-blob-too-large", false},
      {"no JSON", of("aibom"), "aibom-blob-malformed", false},
      {"no object", of("[1]"), "aibom-blob-malformed", false},
      {"a duplicate key", of(R"({"a": 1, "a": 2})"), "aibom-blob-malformed", false},
  };
  CHECK(std::filesystem::remove(scene.stored(crypto::sha256("gone"))));
  for (const auto& [name, predicate, code, other_type] : cases) {
    CAPTURE(name);
    const auto attached = scene.attach(attest::kReference, predicate);
    const auto verdict = scene.judge();
    CHECK(check_of(verdict, "aibom").code == code);
    CHECK((verdict.exit_code() == 0) == std::string_view(code).empty());
    const auto* item = evidence_of(verdict, other_type ? attest::kReference : attest::kCycloneDx);
    REQUIRE(item != nullptr);
    CHECK(item->verified == (other_type || std::string_view(code).empty()));
    must(scene.store->remove_manifest(attached.referrer));
  }

  // The right bytes by the wrong signer, and the right signer about a document that lies.
  const auto foreign = scene.attach(attest::kReference, good, kStranger);
  const auto by_stranger = scene.judge();
  CHECK(by_stranger.exit_code() == 12);
  CHECK(check_of(by_stranger, "aibom").code == "identity-not-allowed");
  must(scene.store->remove_manifest(foreign.referrer));
  const auto lie = scene.attach(attest::kReference, of(json::compact(other)));
  const auto lied = scene.judge();
  CHECK(lied.exit_code() == 22);
  CHECK(check_of(lied, "aibom.layers").code == "aibom-disagrees");
  must(scene.store->remove_manifest(lie.referrer));

  // A bundle that does not verify fails in the place of the aiBOM, and nothing is fetched for it.
  scene.attach(attest::kReference, good);
  const auto two_logs =
      scene.judge(scene.reference, scene.policy("evidence: {logs: 2}\naibom: {required: true}\n"));
  CHECK(check_of(two_logs, "aibom").code == "log-threshold");
}

TEST_CASE("a stranger's broken reference does not hide the signer's aiBOM") {
  Scene scene;
  const auto outcome = scene.ship_to(scene.bench.reference("1"), true);
  const auto gone = must(oci::push_text(*scene.store, kBomType, "gone"));
  CHECK(std::filesystem::remove(scene.stored(gone.digest)));
  scene.attach(attest::kReference, aibom_reference(scene.reference, gone), kStranger);
  CHECK(scene.judge().exit_code() == 0);
  const auto shown =
      must(attached_aibom(scene.bench.context, scene.reference, scene.bench.by().trusted_root));
  REQUIRE(shown);
  CHECK(shown->aibom == outcome.aibom);
}
