// verify: verdicts about artifacts in the sandbox's registry, with evidence that was tampered with.
#include "flow/verify.hpp"

#include "base/encoding.hpp"
#include "flow/attach.hpp"
#include "flow/pull.hpp"
#include "flow/test_workbench.hpp"
#include "json/parse.hpp"
#include "json/schema.hpp"
#include "sigstore/attach.hpp"
#include "sigstore/services.hpp"

#include <nlohmann/json.hpp>

using namespace mpk;
using namespace mpk::flow;
using test::check_of;
using test::must;

namespace {

// An artifact without referrers, and a store to attach some.
struct Unsigned {
  explicit Unsigned(test::Workbench& bench)
      : reference(bench.reference("unsigned")),
        artifact(must(pack_to(bench.context, {.directory = "testdata/models/tiny-gguf"}, reference))
                     .artifact.manifest),
        store(must(open_store(bench.context, reference))) {}

  oci::Reference reference;
  oci::Descriptor artifact;
  std::unique_ptr<oci::Store> store;
};

std::string signature_bundle(test::Workbench& bench, const Unsigned& subject) {
  auto signer = must(prepare_signer(bench.context, bench.signing()));
  return must(signer->sign(statement_about(subject.reference, subject.artifact.digest,
                                           std::string(attest::kCosignSign), Json::object())))
      .text;
}

void attach(test::Workbench& bench, Unsigned& subject, const std::string& bundle) {
  must(sigstore::attach_bundle(*subject.store, subject.artifact, bundle,
                               std::string(attest::kCosignSign), bench.clock.now()));
}

// The same signature, stamped by the same authority at another time.
std::string stamped_later(test::Workbench& bench, const std::string& text, std::int64_t seconds) {
  auto bundle = must(json::parse(text));
  auto config = must(json::parse(bench.file("signing-config.json")));
  auto signature =
      must(base64_decode(bundle["dsseEnvelope"]["signatures"][0]["sig"].get<std::string>()));
  bench.services->faults().tsa_offset_seconds = seconds;
  auto stamp = must(sigstore::request_timestamp(*bench.transport,
                                                config["tsaUrls"][0]["url"].get<std::string>(),
                                                signature, bench.random.bytes(8)));
  bench.services->faults().tsa_offset_seconds = 0;
  bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"][0]
        ["signedTimestamp"] = base64_encode(stamp);
  return json::compact(bundle);
}

}  // namespace

TEST_CASE("neither an identity nor a policy is a usage error, not a verdict") {
  test::Workbench bench;
  auto nobody = bench.by();
  nobody.identities.clear();
  const auto refused = verify_artifact(bench.context, bench.reference("1.0"), nobody);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::usage);
  CHECK(bench.stats.requests == 0);
}

TEST_CASE("what a policy asks for can't be waived, what it does not ask for can") {
  test::Workbench bench;
  Unsigned subject(bench);
  attach(bench, subject, signature_bundle(bench, subject));
  struct Case {
    const char* evidence;
    sigstore::Evidence waived;
    const char* refusal;  // "": passes
  };
  const sigstore::Evidence no_log{.insecure_ignore_tlog = true};
  const sigstore::Evidence no_sct{.insecure_ignore_sct = true};
  const sigstore::Evidence no_time{.insecure_ignore_timestamp = true};
  for (const auto& [evidence, waived, refusal] :
       {Case{"{logs: 2}", no_log, "asks for 2 logs, and --insecure-ignore-tlog would ignore them"},
        Case{"{logs: 1}", no_log, "asks for 1 log, and --insecure-ignore-tlog"},
        Case{"{timestamps: 1}", no_time, "asks for 1 timestamp, and ignoring timestamps"},
        Case{"{timestamps: 1}", no_log, ""}, Case{"{logs: 1}", no_sct, ""},
        Case{"{logs: 1}", no_time, ""}, Case{"{logs: 1, timestamps: 1}", {}, ""}}) {
    CAPTURE(evidence);
    auto request = bench.by();
    request.evidence = waived;
    request.policies = test::policies(
        "apiVersion: mpk/v1\nsigners: [{identityPattern: .*, issuerPattern: .*}]\nevidence: " +
        std::string(evidence) + "\n");
    const auto requests = bench.stats.requests.load();
    const auto verdict = verify_artifact(bench.context, subject.reference, request);
    if (std::string_view(refusal).empty()) {
      CHECK(must(Result(verdict)).exit_code() == 0);
      continue;
    }
    REQUIRE_FALSE(verdict);
    CHECK(verdict.error().kind() == ErrorKind::usage);
    CHECK(verdict.error().text().find(refusal) != std::string::npos);
    CHECK(bench.stats.requests.load() == requests);
  }
  auto request = bench.by();
  request.evidence = no_log;
  request.policies =
      test::policies("apiVersion: mpk/v1\nsigners: [{identityPattern: .*, issuerPattern: .*}]\n");
  CHECK(must(verify_artifact(bench.context, subject.reference, request)).exit_code() == 0);
  auto watched = request.policies->rules.front();
  watched.witnesses.emplace();
  request.policy = std::make_shared<const policy::Policy>(watched);
  const auto refused = verify_artifact(bench.context, subject.reference, request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text().find("asks for witnesses of the log") != std::string::npos);
}

TEST_CASE("a certificate that had expired at the proven time is refused, one in its life passes") {
  test::Workbench bench;
  Unsigned subject(bench);
  const auto bundle = signature_bundle(bench, subject);
  struct Case {
    std::int64_t stamped_after;
    int exit_code;
  };
  // Fulcio's certificates live ten minutes.
  for (const auto& [seconds, code] : {Case{590, 0}, Case{660, 12}}) {
    CAPTURE(seconds);
    Unsigned fresh(bench);
    bench.clock.set(Timestamp::from_seconds(1'790'000'000 + 86'400));
    const auto verdict = must(verify_bundle_file(
        bench.context, {ReadBundle(stamped_later(bench, bundle, seconds - 86'400))},
        {.name = "artifact", .digest = subject.artifact.digest}, bench.by()));
    bench.clock.set(Timestamp::from_seconds(1'790'000'000));
    CHECK(verdict.exit_code() == code);
    if (code != 0) CHECK(check_of(verdict, "bundle").code == "certificate-outside-validity");
  }
}

TEST_CASE("the same as a referrer: exit code 12 with the reason, and pull fetches nothing") {
  test::Workbench bench;
  Unsigned subject(bench);
  const auto bundle = signature_bundle(bench, subject);
  bench.clock.set(bench.clock.now().plus_seconds(3'600));
  attach(bench, subject, stamped_later(bench, bundle, 0));
  const auto verdict = must(verify_artifact(bench.context, subject.reference, bench.by()));
  CHECK(verdict.exit_code() == 12);
  CHECK(check_of(verdict, "signature").code == "certificate-outside-validity");

  const auto target = bench.directory.path() / "model";
  const auto pulled = must(pull(
      bench.context, {.reference = subject.reference, .directory = target, .verify = bench.by()}));
  REQUIRE(pulled.verdict);
  CHECK(pulled.verdict->exit_code() == 12);
  CHECK_FALSE(std::filesystem::exists(target));

  // One good signature beside it is enough.
  attach(bench, subject, signature_bundle(bench, subject));
  CHECK(must(verify_artifact(bench.context, subject.reference, bench.by())).exit_code() == 0);
}

TEST_CASE("many bundles are verified in the order of the registry, the broken one in its place") {
  test::Workbench bench;
  Unsigned subject(bench);
  for (int i = 0; i < 19; ++i)
    attach(bench, subject, i == 9 ? "{\"no\": \"bundle\"}" : signature_bundle(bench, subject));
  std::vector<std::string> order, broken;
  must(sigstore::each_bundle(*subject.store, subject.artifact.digest,
                             [&](const sigstore::FoundBundle& found) {
                               order.push_back(found.referrer.digest.text());
                               if (found.text.starts_with("{\"no\""))
                                 broken.push_back(order.back());
                               return true;
                             }));
  REQUIRE(order.size() == 19);
  REQUIRE(broken.size() == 1);
  const auto verdict = must(verify_artifact(bench.context, subject.reference, bench.by()));
  CHECK(verdict.exit_code() == 0);
  REQUIRE(verdict.evidence.size() == order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    CHECK(verdict.evidence[i].referrer == order[i]);
    CHECK(verdict.evidence[i].verified == (order[i] != broken[0]));
  }
}

TEST_CASE("a v0.3 bundle with a chain fails for its reason, and is never no signature at all") {
  test::Workbench bench;
  Unsigned subject(bench);
  const auto root = bench.by().trusted_root;
  auto bundle = must(json::parse(signature_bundle(bench, subject)));
  auto& material = bundle["verificationMaterial"];
  material["x509CertificateChain"]["certificates"] = Json::array({material["certificate"]});
  material.erase("certificate");
  attach(bench, subject, json::compact(bundle));
  const auto judged_by = [&](std::vector<crypto::Certificate> anchors) {
    auto request = bench.by();
    request.anchors = std::move(anchors);
    return must(verify_artifact(bench.context, subject.reference, request));
  };
  CHECK(judged_by(root.certificate_authorities.front().chain).exit_code() == 0);
  const auto foreign = judged_by({root.timestamp_authorities.front().chain.back()});
  CHECK(foreign.exit_code() == 12);
  CHECK(check_of(foreign, "signature").code == "certificate-untrusted");
  const auto unread = judged_by({});
  CHECK(unread.exit_code() == 13);
  CHECK(check_of(unread, "signature").code == "bundle-malformed");
}

TEST_CASE("an artifact without referrers has no signature; one that is not there is not found") {
  test::Workbench bench;
  const Unsigned subject(bench);
  const auto verdict = must(verify_artifact(bench.context, subject.reference, bench.by()));
  CHECK(verdict.exit_code() == 10);
  CHECK(check_of(verdict, "signature").code == "no-signature");
  CHECK(must(verify_artifact(bench.context, bench.reference("none"), bench.by())).exit_code() ==
        11);
}

TEST_CASE("a verdict is a document of its schema, whatever it says") {
  const auto schema = must(json::Schema::compile(
      must(json::parse(must(read_file("schemas/aibom/verdict.schema.json", 1 << 20))))));
  auto valid = [&](const policy::Verdict& verdict) {
    std::string problems;
    for (const auto& violation : schema.validate(policy::to_json(verdict)))
      problems += violation.instance + ": " + violation.message + "\n";
    CHECK(problems == "");
  };
  test::Workbench bench;
  must(bench.ship_to("1.0"));
  valid(must(verify_artifact(bench.context, bench.reference("1.0"), bench.by())));
  valid(must(verify_artifact(bench.context, bench.reference("1.0"), bench.by("eve@example.com"))));
  valid(must(verify_artifact(bench.context, bench.reference("none"), bench.by())));
  valid(policy::Verdict{});

  auto broken = policy::to_json(policy::Verdict{});
  broken.erase("exitCode");
  CHECK_FALSE(schema.validate(broken).empty());
}
