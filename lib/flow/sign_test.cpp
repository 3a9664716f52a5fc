// Signing against the sandbox: files and artifacts, batches, both logs, and what each failure says.
#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "flow/attach.hpp"
#include "flow/sign_batch.hpp"
#include "flow/signing.hpp"
#include "flow/test_workbench.hpp"
#include "json/parse.hpp"
#include "sigstore/attach.hpp"
#include "sigstore/bundle.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <mutex>

using namespace mpk;
using namespace mpk::flow;
using test::must;
using test::Workbench;

namespace {

/// Counts the requests to the services that sign.
class Counter final : public http::Transport {
 public:
  explicit Counter(http::Transport& inner) : inner_(inner) {}
  Result<http::Response> send(http::Request request) override {
    if (request.url.path.ends_with("/signingCert")) ++certificates;
    if (request.url.path.ends_with("/log/entries")) ++entries;
    return inner_.send(std::move(request));
  }
  std::atomic<unsigned> certificates{0}, entries{0};

 private:
  http::Transport& inner_;
};

Context with(const Workbench& bench, http::Transport& transport) {
  return {.transport = transport,
          .clock = bench.context.clock,
          .env = bench.context.env,
          .random = bench.context.random,
          .logger = {},
          .progress = bench.context.progress,
          .stats = bench.context.stats,
          .cancel = {},
          .plain_http = true,
          .mpk_version = "0.0.0-test"};
}

SignJob memory_job(const Context& context, const std::filesystem::path& file, std::string& into) {
  return sign_file_job(context, file.native(), "memory", [&into](const std::string& text) {
    into = text;
    return Result<void>();
  });
}

Json config_of(const Workbench& bench, const std::string& name = "signing-config.json") {
  return must(json::parse(bench.file(name)));
}

sigstore::Report judge(const Workbench& bench, const std::string& bundle, const Digest& artifact,
                       const std::string& root_text) {
  auto who = bench.by().identities;
  const sigstore::Expectation expectation{.artifact = artifact, .identities = std::move(who)};
  const auto root = must(sigstore::parse_trusted_root(root_text));
  return sigstore::verify_bundle(bundle, expectation, root, {}, bench.context.clock.now());
}

void must_verify(const Workbench& bench, const std::string& bundle, const Digest& artifact) {
  const auto report = judge(bench, bundle, artifact, bench.file("trusted-root.json"));
  if (!report.verified) FAIL(report.first_failure()->code);
}

std::string statement() {
  return attest::make_statement({{"model", {{"sha256", crypto::sha256("model").hex()}}}},
                                "https://sigstore.dev/cosign/sign/v1", Json::object());
}

}  // namespace

TEST_CASE("fifty files are signed with one certificate, a bundle each") {
  constexpr std::size_t kFiles = 50;
  Workbench bench;
  Counter counter(*bench.transport);
  const auto context = with(bench, counter);
  const auto signer = must(prepare_signer(context, bench.signing()));
  std::vector<std::string> bundles(kFiles);
  std::vector<SignJob> jobs;
  for (std::size_t i = 0; i < kFiles; ++i) {
    const auto file = bench.directory.path() / ("blob" + std::to_string(i));
    must(write_file_atomic(file, "content " + std::to_string(i)));
    jobs.push_back(memory_job(context, file, bundles[i]));
  }
  const auto outcome = sign_batch(context, jobs, *signer);
  REQUIRE_FALSE(outcome.failure);
  REQUIRE(outcome.done.size() == kFiles);
  CHECK(counter.certificates == 1);
  CHECK(counter.entries == kFiles);
  for (const std::size_t i : {std::size_t{0}, kFiles - 1}) {
    const auto digest = crypto::sha256("content " + std::to_string(i));
    CHECK(outcome.done[i].digest == digest);
    must_verify(bench, bundles[i], digest);
    const auto other =
        judge(bench, bundles[i], crypto::sha256("other"), bench.file("trusted-root.json"));
    CHECK_FALSE(other.verified);
  }
}

TEST_CASE("an artifact is signed and attached; of several targets the error counts what is done") {
  Workbench bench;
  const auto reference = bench.reference("1");
  const auto subject =
      must(pack_to(bench.context, {.directory = "testdata/models/tiny-gguf"}, reference))
          .artifact.manifest;
  const auto store = must(open_store(bench.context, reference));
  const auto signer = must(prepare_signer(bench.context, bench.signing()));
  std::string unused;
  const auto outcome =
      sign_batch(bench.context,
                 {sign_artifact_job(bench.context, *store, reference, subject),
                  memory_job(bench.context, bench.directory.path() / "missing", unused)},
                 *signer);
  REQUIRE(outcome.done.size() == 1);
  CHECK(outcome.done.front().digest == subject.digest);
  CHECK_FALSE(outcome.done.front().referrer.empty());
  REQUIRE(outcome.failure);
  CHECK(outcome.failure->text().starts_with("signed 1 of 2 targets: "));
  std::size_t found = 0;
  must(sigstore::each_bundle(*store, subject.digest, [&](const sigstore::FoundBundle& bundle) {
    ++found;
    must_verify(bench, bundle.text, subject.digest);
    return true;
  }));
  CHECK(found == 1);
}

TEST_CASE("a service that is down leaves neither bundle nor referrer") {
  Workbench bench;
  const auto file = bench.directory.path() / "blob";
  must(write_file_atomic(file, "content"));
  auto& faults = bench.services->faults();
  for (auto* fault :
       {&faults.fulcio_unavailable, &faults.rekor_unavailable, &faults.tsa_unavailable}) {
    *fault = true;
    const auto signer = must(prepare_signer(bench.context, bench.signing()));
    std::string written;
    const auto outcome =
        sign_batch(bench.context, {memory_job(bench.context, file, written)}, *signer);
    *fault = false;
    CHECK(outcome.done.empty());
    CHECK(written.empty());
    REQUIRE(outcome.failure);
    CHECK(outcome.failure->kind() == ErrorKind::network);
    CHECK(outcome.failure->hint().find("run the command again") != std::string::npos);
  }
}

TEST_CASE("Rekor v1 logs envelopes and messages; its own time is enough") {
  Workbench bench(true);
  auto request = bench.signing();
  request.signing_config_text = bench.file("signing-config-rekor-v1.json");
  const auto signer = must(prepare_signer(bench.context, request));
  const auto envelope = must(signer->sign(statement()));
  const auto message = must(signer->sign_digest(crypto::sha256("blob")));
  must_verify(bench, envelope.text, crypto::sha256("model"));
  must_verify(bench, message.text, crypto::sha256("blob"));
  const auto entry = must(sigstore::parse_bundle(envelope.text)).log_entries.front();
  CHECK(entry.kind == "dsse");
  CHECK(entry.version == "0.0.1");
  CHECK(entry.integrated_time == bench.clock.now().seconds());
  CHECK(entry.signed_entry_timestamp);
  const auto record = must(sigstore::parse_bundle(message.text)).log_entries.front();
  CHECK(record.kind == "hashedrekord");
  CHECK(must(sigstore::parse_bundle(message.text)).timestamps.empty());
}

TEST_CASE("a lost answer of Rekor v1 is a conflict that names the entry, which is fetched") {
  Workbench bench(true);
  const auto patient = http::make_curl_transport({.attempts = 3});
  Counter counter(*patient);
  const auto context = with(bench, counter);
  auto request = bench.signing();
  request.signing_config_text = bench.file("signing-config-rekor-v1.json");
  const auto signer = must(prepare_signer(context, request));
  bench.services->faults().rekor_lose_answer = true;
  const auto bundle = must(signer->sign_digest(crypto::sha256("blob")));
  must_verify(bench, bundle.text, crypto::sha256("blob"));
  CHECK(bundle.log_index == "0");
  CHECK(counter.entries == 1);  // sent again below the counter, and not signed anew
}

TEST_CASE("an envelope that Rekor v1 finds too large is told to go to version 2") {
  Workbench bench(true);
  auto request = bench.signing();
  request.signing_config_text = bench.file("signing-config-rekor-v1.json");
  const auto signer = must(prepare_signer(bench.context, request));
  bench.services->faults().rekor_v1_limit = 200'000;
  const auto large = attest::make_statement(
      {{"model", {{"sha256", crypto::sha256("model").hex()}}}}, "https://example.com/large/v1",
      Json({{"text", std::string(300'000, 'x')}}));
  const auto refused = signer->sign(large);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::too_large);
  CHECK(refused.error().hint().find("version 2") != std::string::npos);
  CHECK(signer->sign(statement()));
  const auto v2 = must(prepare_signer(bench.context, bench.signing()));
  CHECK(v2->sign(large));
}

TEST_CASE("all logs and authorities that a config asks for are in one bundle") {
  Workbench bench;
  Workbench other;
  auto config = config_of(bench);
  auto root = must(json::parse(bench.file("trusted-root.json")));
  const auto other_config = config_of(other);
  const auto other_root = must(json::parse(other.file("trusted-root.json")));
  for (const auto* list : {"rekorTlogUrls", "tsaUrls"}) {
    config[list].push_back(other_config[list][0]);
    config[list][1]["operator"] = "another";
  }
  root["tlogs"].push_back(other_root["tlogs"][0]);
  root["timestampAuthorities"].push_back(other_root["timestampAuthorities"][0]);
  auto request = bench.signing();
  request.trusted_root_text = json::compact(root);
  const struct {
    const char* selector;
    unsigned count;
    std::size_t expected;
  } rows[] = {{"ANY", 0, 1}, {"ALL", 0, 2}, {"EXACT", 2, 2}};
  for (const auto& row : rows) {
    CAPTURE(row.selector);
    config["rekorTlogConfig"] = {{"selector", row.selector}, {"count", row.count}};
    config["tsaConfig"] = config["rekorTlogConfig"];
    request.signing_config_text = json::compact(config);
    const auto signer = must(prepare_signer(bench.context, request));
    const auto bundle = must(signer->sign_digest(crypto::sha256("blob")));
    const auto read = must(sigstore::parse_bundle(bundle.text));
    CHECK(read.log_entries.size() == row.expected);
    CHECK(read.timestamps.size() == row.expected);
    CHECK(judge(bench, bundle.text, crypto::sha256("blob"), *request.trusted_root_text).verified);
  }
  config["rekorTlogConfig"] = {{"selector", "EXACT"}, {"count", 3}};
  request.signing_config_text = json::compact(config);
  const auto refused = prepare_signer(bench.context, request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::usage);
}

TEST_CASE("a token that ends in mid-batch is asked for again where it came from") {
  Workbench bench;
  // The signer's own clock moves: by then the certificate of the first signature has run out.
  FixedClock clock{bench.clock.now()};
  for (const bool renewable : {false, true}) {
    CAPTURE(renewable);
    clock.set(bench.clock.now());
    const auto request = bench.signing();
    sigstore::SignerOptions options{
        .config = must(sigstore::parse_signing_config(*request.signing_config_text)),
        .trusted_root = must(sigstore::parse_trusted_root(*request.trusted_root_text)),
        .token = must(
            oidc::read_token(*request.identity.token_text, "--identity-token t.jwt", clock.now()))};
    unsigned asked = 0;
    if (renewable) {
      options.renew = [&]() -> Result<oidc::IdentityToken> {
        ++asked;
        return Error(ErrorKind::network, "asked again");
      };
    }
    const auto signer = must(sigstore::make_keyless_signer(std::move(options), *bench.transport,
                                                           clock, bench.random, Logger()));
    must(signer->sign_digest(crypto::sha256("blob")));
    clock.set(bench.clock.now().plus_seconds(3600));
    const auto refused = signer->sign_digest(crypto::sha256("blob"));
    REQUIRE_FALSE(refused);
    CHECK(asked == (renewable ? 1U : 0U));
    if (renewable) {
      CHECK(refused.error().text() == "renewing the identity token: asked again");
    } else {
      CHECK(refused.error().kind() == ErrorKind::unauthorized);
      CHECK(refused.error().text().find("until then: 1") != std::string::npos);
      CHECK(refused.error().hint().find("fresh token") != std::string::npos);
    }
  }
}

TEST_CASE("each way in which services don't fit together has a hint that says what to do") {
  Workbench bench;
  Workbench foreign;
  auto foreign_log = must(json::parse(bench.file("trusted-root.json")));
  foreign_log["tlogs"] = must(json::parse(foreign.file("trusted-root.json")))["tlogs"];
  auto timeless = config_of(bench);
  timeless.erase("tsaUrls");
  const struct {
    const char* name;
    std::string root, config;
    std::int64_t tsa_offset, our_offset;
    const char* hint;
  } rows[] = {
      {"wrong instance", foreign.file("trusted-root.json"), bench.file("signing-config.json"), 0, 0,
       "same Sigstore instance"},
      {"unknown log", json::compact(foreign_log), bench.file("signing-config.json"), 0, 0,
       "same Sigstore instance"},
      {"no timestamp", bench.file("trusted-root.json"), json::compact(timeless), 0, 0, "tsaUrls"},
      {"authority ahead", bench.file("trusted-root.json"), bench.file("signing-config.json"), 3600,
       0, "clock"},
      {"authority behind", bench.file("trusted-root.json"), bench.file("signing-config.json"),
       -3600, 0, "clock"},
      {"we are behind", bench.file("trusted-root.json"), bench.file("signing-config.json"), 0,
       -3600, "set this machine's clock"},
      {"we are ahead", bench.file("trusted-root.json"), bench.file("signing-config.json"), 0, 605,
       "seems to be ahead"},
      {"all is well", bench.file("trusted-root.json"), bench.file("signing-config.json"), 0, 0, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    bench.services->faults().tsa_offset_seconds = row.tsa_offset;
    const FixedClock ours(bench.clock.now().plus_seconds(row.our_offset));
    const Context context{.transport = *bench.transport,
                          .clock = ours,
                          .env = bench.env,
                          .random = bench.random,
                          .logger = {},
                          .progress = bench.progress,
                          .stats = bench.stats,
                          .cancel = {},
                          .mpk_version = "0.0.0-test"};
    auto request = bench.signing();
    request.trusted_root_text = row.root;
    request.signing_config_text = row.config;
    const auto signed_it = [&]() -> Result<sigstore::SignedBundle> {
      const auto signer = TRY(prepare_signer(context, request));
      return signer->sign_digest(crypto::sha256("blob"));
    }();
    if (std::string_view(row.hint).empty()) {
      CHECK(signed_it);
      continue;
    }
    REQUIRE_FALSE(signed_it);
    CAPTURE(signed_it.error().text());
    CHECK(signed_it.error().hint().find(row.hint) != std::string::npos);
  }
}

TEST_CASE("a key signs files without a service, and options that contradict it are refused") {
  Workbench bench;
  Counter counter(*bench.transport);
  const auto context = with(bench, counter);
  const auto file = bench.directory.path() / "blob";
  must(write_file_atomic(file, "content"));
  const SigningRequest by_key{.key = "testdata/keys/p256_pkcs8.pem"};
  const auto signer = must(prepare_signer(context, by_key));
  CHECK(signer->identity() == "testdata/keys/p256_pkcs8.pem");
  std::string bundle;
  const auto outcome = sign_batch(context, {memory_job(context, file, bundle)}, *signer);
  REQUIRE_FALSE(outcome.failure);
  CHECK(outcome.done.front().log_url.empty());
  const auto read = must(sigstore::parse_bundle(bundle));
  const auto key = must(
      keys::open_public_key("testdata/keys/p256_public.pem", {.env = context.env, .ask = nullptr}));
  CHECK(key.verify(as_bytes("content"), read.message->signature));
  CHECK(counter.entries == 0);
  CHECK(counter.certificates == 0);

  auto with_token = by_key;
  with_token.identity.token_text = "x";
  auto half = by_key;
  half.signing_config_text = bench.file("signing-config.json");
  const SigningRequest certificate_alone{.certificates_pem = "x"};
  const SigningRequest missing{.key = "testdata/keys/none.pem"};
  for (const auto& request : {with_token, half, certificate_alone, missing}) {
    const auto refused = prepare_signer(context, request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::usage);
  }
}

TEST_CASE("a key's signature is logged and timestamped where a signing config says so") {
  Workbench bench(true);
  const auto root = must(sigstore::parse_trusted_root(bench.file("trusted-root.json")));
  const struct {
    const char* key;
    const char* config;
    std::size_t timestamps;
  } rows[] = {
      {"p256_pkcs8.pem", "signing-config.json", 1},
      {"p256_pkcs8.pem", "signing-config-rekor-v1.json", 0},
      {"p384_pkcs8.pem", "signing-config.json", 1},
      {"p384_pkcs8.pem", "signing-config-rekor-v1.json", 0},
      {"p521_pkcs8.pem", "signing-config.json", 1},
      {"rsa2048_pkcs1.pem", "signing-config.json", 1},
      {"rsa2048_pkcs1.pem", "signing-config-rekor-v1.json", 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.key);
    CAPTURE(row.config);
    const SigningRequest request{.signing_config_text = bench.file(row.config),
                                 .trusted_root_text = bench.file("trusted-root.json"),
                                 .key = std::string("testdata/keys/") + row.key};
    const auto signer = must(prepare_signer(bench.context, request));
    const auto digest = crypto::hash(*signer->digest_algorithm(), as_bytes("blob"));
    const auto key = must(keys::open_public_key(*request.key, {.env = bench.env, .ask = nullptr}));
    const struct {
      sigstore::SignedBundle bundle;
      Digest artifact;
    } made[] = {{must(signer->sign(statement())), crypto::sha256("model")},
                {must(signer->sign_digest(digest)), digest}};
    for (const auto& one : made) {
      CHECK_FALSE(one.bundle.log_index.empty());
      const auto read = must(sigstore::parse_bundle(one.bundle.text));
      CHECK(read.log_entries.size() == 1);
      CHECK(read.timestamps.size() == row.timestamps);
      sigstore::Expectation expectation{.artifact = one.artifact, .identities = {}};
      expectation.key = key;
      CHECK(sigstore::verify_bundle(one.bundle.text, expectation, root, {}, bench.clock.now())
                .verified);
      expectation.artifact = crypto::sha256("other");
      CHECK_FALSE(sigstore::verify_bundle(one.bundle.text, expectation, root, {}, bench.clock.now())
                      .verified);
    }
  }
}

TEST_CASE("an Ed25519 key and a log are refused before anything is sent") {
  Workbench bench;
  Counter counter(*bench.transport);
  const auto context = with(bench, counter);
  const SigningRequest request{.signing_config_text = bench.file("signing-config.json"),
                               .trusted_root_text = bench.file("trusted-root.json"),
                               .key = "testdata/keys/ed25519_pkcs8.pem"};
  const auto refused = prepare_signer(context, request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::unsupported);
  CHECK(refused.error().hint().find("without --signing-config") != std::string::npos);
  CHECK(counter.entries == 0);
}
