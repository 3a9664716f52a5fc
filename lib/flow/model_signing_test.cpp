// Models signed and verified: round trips with their refused neighbours, and the specification's
// vectors from the bundle to the files.
#include "flow/model_signing.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "flow/test_workbench.hpp"
#include "json/parse.hpp"
#include "keys/signing_key.hpp"
#include "oms/test_models.hpp"
#include "sigstore/attach.hpp"

#include <nlohmann/json.hpp>

#include <functional>

using namespace mpk;
using namespace mpk::flow;
using namespace mpk::flow::test;
using oms::test::Model;
using policy::CheckResult;
using Outcome = policy::Verdict::Outcome;

namespace {

void fill(const Model& model) {
  model.write("weights.bin", std::string(3U << 20, 'w'));
  model.write("模型.bin", "x");
  model.write(".env", "x");
  model.write("empty", "");
  model.write(".git/config", "x");
}

SignedModel sign(Workbench& bench, const Model& model, const ModelSigning& options = {}) {
  auto signer = must(prepare_signer(bench.context, bench.signing()));
  return must(sign_model(bench.context, model.root(), *signer, options));
}

policy::Verdict verify(Workbench& bench, const Model& model, const SignedModel& made,
                       const ModelVerifying& options = {}) {
  return must(verify_model(bench.context, model.root(), made.bundle.text, bench.by(), options));
}

// The signer of the specification's vectors: model-transparency's own test key.
constexpr std::string_view kVectorKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEsu6rZGBTjxtvRWPMixT+3HyndV0J0Ybt\n"
    "aHZUcO4DEK+OJHO/4e32bb/fbJKSpRgcBsIpKLcVijUomyFOERbd7u+BTPSUjGZD\n"
    "Qq6J7lTvp/EAXQGOKxW9RP0MGX3qAkvi\n"
    "-----END PUBLIC KEY-----\n";

}  // namespace

TEST_CASE("a model is signed without a service and verified with the key") {
  Workbench bench;
  const Model model;
  fill(model);
  const Model keys;
  const auto key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p384));
  keys.write("key.pem", key.pem());
  SigningRequest request;
  request.key = keys.at("key.pem").native();
  request.whole_chain = true;
  auto signer = must(prepare_signer(bench.context, request));
  const auto sent = bench.context.stats.requests.load();
  const auto made = must(sign_model(bench.context, model.root(), *signer, {}));
  CHECK(bench.context.stats.requests == sent);
  CHECK(made.files == 4);
  // The reference implementation finds the key by this.
  const auto document = json::parse(made.bundle.text).take();
  CHECK(document["verificationMaterial"]["publicKey"]["hint"] ==
        crypto::sha256(key.public_key().pem()).hex());

  VerifyRequest by_key{.trusted_root = {{}, {}, {}, {}, {}, crypto::sha256("")}};
  by_key.key = key.public_key();
  auto verdict = must(verify_model(bench.context, model.root(), made.bundle.text, by_key, {}));
  CHECK(verdict.exit_code() == 0);
  by_key.key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p384)).public_key();
  verdict = must(verify_model(bench.context, model.root(), made.bundle.text, by_key, {}));
  CHECK(verdict.exit_code() == 12);
  CHECK(check_of(verdict, "model.files").result == CheckResult::skip);
}

TEST_CASE("a keyless signature of a model passes, and nothing that differs does") {
  Workbench bench;
  Model model;
  fill(model);
  const auto made = sign(bench, model);
  CHECK(made.files == 4);
  CHECK(verify(bench, model, made).outcome() == Outcome::passed);

  struct Case {
    const char* name;
    std::function<void()> change;
    const char* code;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"changed", [&] { model.write(".env", "y"); }, "file-changed", ".env: changed"},
      {"extra", [&] { model.write("x", "y"); }, "file-unsigned", "x: not signed"},
      {"missing", [&] { std::filesystem::remove(model.at("empty")); }, "file-missing",
       "empty: signed, but not there"},
      {"a link", [&] { model.link("link", "empty"); }, "usage", "link: a symlink"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.name);
    const Model fresh;
    fill(fresh);
    std::filesystem::remove_all(model.root());
    std::filesystem::copy(fresh.root(), model.root(), std::filesystem::copy_options::recursive);
    REQUIRE(verify(bench, model, made).outcome() == Outcome::passed);
    each.change();
    const auto verdict = verify(bench, model, made);
    CHECK(verdict.exit_code() == 1);
    CHECK(check_of(verdict, "bundle").result == CheckResult::pass);
    const auto& check = check_of(verdict, "model.files");
    CHECK(check.result == CheckResult::fail);
    CHECK(check.code == each.code);
    CHECK(check.message.find(each.message) == 0);
  }
}

TEST_CASE("without a signature that holds no file is read") {
  Workbench bench;
  const Model model;
  fill(model);
  const auto made = sign(bench, model);
  bench.stats.bytes_read = 0;
  const auto verdict = must(
      verify_model(bench.context, model.root(), made.bundle.text, bench.by("eve@example.com"), {}));
  CHECK(verdict.exit_code() == 12);
  CHECK(check_of(verdict, "bundle").code == "identity-not-allowed");
  CHECK(check_of(verdict, "model.files").result == CheckResult::skip);
  CHECK(bench.stats.bytes_read == 0);
}

TEST_CASE("files that the signature does not cover are named, and refuse nothing") {
  Workbench bench;
  const Model model;
  model.write("weights.bin", "w");
  const auto ignored = [&](const policy::Verdict& verdict) {
    std::string out;
    for (const auto& check : verdict.checks) {
      if (check.id != "model.ignored") continue;
      CHECK(check.result == CheckResult::skip);
      out += check.message;
    }
    return out;
  };
  ModelSigning options;
  options.rules.signature = model.at("model.sig");
  options.rules.ignore_paths = {"cache", "empty-directory"};
  const auto made = sign(bench, model, options);
  model.write("model.sig", made.bundle.text);
  ModelVerifying verifying;
  verifying.rules.signature = model.at("model.sig");
  // Nothing but the signature itself is left out: nothing to say.
  std::filesystem::create_directory(model.at("empty-directory"));
  CHECK(ignored(verify(bench, model, made, verifying)) == "");
  // Whoever adds what the signer ignored adds something that nobody signed.
  model.write("cache/code.py", "x");
  model.write(".gitignore", "x");
  const auto verdict = verify(bench, model, made, verifying);
  CHECK(verdict.exit_code() == 0);
  CHECK(ignored(verdict) == "not covered by the signature: 2 files (.gitignore, cache/)");
  for (const auto* name : {"1", "2", "3", "4", "5"}) model.write(".git/" + std::string(name), "x");
  verifying.rules.ignore_paths = {"a", "b", "c"};
  for (const auto& name : verifying.rules.ignore_paths) model.write(name, "x");
  CHECK(ignored(verify(bench, model, made, verifying)) ==
        "not covered by the signature: 10 files (.git/, .gitignore, a, b, c, …)");
  // Where files differ, it is said as well.
  model.write("weights.bin", "v");
  CHECK(ignored(verify(bench, model, made, verifying)) != "");
}

TEST_CASE("a signature in the model, and what was ignored, are no part of it") {
  Workbench bench;
  const Model model;
  fill(model);
  model.write("cache/a", "x");
  ModelSigning options;
  options.rules.ignore_paths = {"cache"};
  options.rules.signature = model.at("model.sig");
  const auto made = sign(bench, model, options);
  model.write("model.sig", made.bundle.text);
  CHECK(verify(bench, model, made).outcome() == Outcome::passed);
  model.write("cache/b", "later");
  CHECK(verify(bench, model, made).outcome() == Outcome::passed);
  model.write("cached", "x");
  CHECK(verify(bench, model, made).exit_code() == 1);
}

TEST_CASE("a chosen file is judged alone, and the report says what was not") {
  Workbench bench;
  const Model model;
  fill(model);
  const auto made = sign(bench, model);
  model.write("weights.bin", "other");
  bench.stats.bytes_read = 0;
  const auto verdict = verify(bench, model, made, {.only = {".env"}});
  CHECK(verdict.outcome() == Outcome::passed);
  CHECK(bench.stats.bytes_read == 1);
  CHECK(check_of(verdict, "model.files").message ==
        "1 file as signed · not looked at: 3 other signed files");
  CHECK(verify(bench, model, made, {.only = {"weights.bin"}}).exit_code() == 1);
  CHECK(verify_model(bench.context, model.root(), made.bundle.text, bench.by(), {.only = {"none"}})
            .error()
            .kind() == ErrorKind::usage);
}

TEST_CASE("shards, other hashes and allowed links are signed and verified as recorded") {
  Workbench bench;
  const Model model;
  fill(model);
  model.link("link", "weights.bin");
  for (const auto hash : {oms::HashType::sha256, oms::HashType::blake2b, oms::HashType::blake3}) {
    ModelSigning options{.method = oms::Method::shards, .hash = hash, .shard_size = 1'000'000};
    options.rules.allow_symlinks = true;
    const auto made = sign(bench, model, options);
    CHECK(verify(bench, model, made).outcome() == Outcome::passed);
  }
  CHECK(sign_model(bench.context, model.root(),
                   *must(prepare_signer(bench.context, bench.signing())), {})
            .error()
            .message() == "link: a symlink");
  ModelSigning tiny{.method = oms::Method::shards, .shard_size = 1};
  tiny.rules.allow_symlinks = true;
  CHECK(sign_model(bench.context, model.root(),
                   *must(prepare_signer(bench.context, bench.signing())), tiny)
            .error()
            .kind() == ErrorKind::too_large);
}

TEST_CASE("nothing to sign is refused") {
  Workbench bench;
  const Model model;
  model.write(".gitignore", "x");
  const auto made = sign_model(bench.context, model.root(),
                               *must(prepare_signer(bench.context, bench.signing())), {});
  CHECK(made.error().kind() == ErrorKind::usage);
}

TEST_CASE("an artifact's layers are signed unread, and the pulled directory is verified") {
  Workbench bench;
  must(bench.ship_to("1"));
  const auto reference = bench.reference("1");
  auto store = must(open_store(bench.context, reference));
  const auto subject = must(resolve(*store, reference));
  auto signer = must(prepare_signer(bench.context, bench.signing()));
  const auto received = bench.stats.bytes_received.load();
  const auto made = must(sign_layers(bench.context, *store, reference, subject, *signer));
  CHECK(bench.stats.bytes_received - received < 200'000);

  const std::filesystem::path directory = "testdata/models/tiny-gguf";
  auto verdict = must(verify_model(bench.context, directory, made.bundle, bench.by(), {}));
  CHECK(verdict.outcome() == Outcome::passed);

  verdict = must(verify_artifact(bench.context, reference, bench.by()));
  CHECK(verdict.outcome() == Outcome::passed);
  CHECK(check_of(verdict, "model.layers").result == CheckResult::pass);
  // Another artifact does not become this model by having its signature attached.
  const auto other = bench.reference("other");
  must(ship(bench.context, {.pack = {.directory = "testdata/models/tiny-onnx"},
                            .reference = other,
                            .signing = bench.signing()}));
  const auto foreign = must(resolve(*store, other));
  must(sigstore::attach_bundle(*store, foreign, made.bundle, std::string(oms::kPredicateType),
                               bench.clock.now()));
  verdict = must(verify_artifact(bench.context, other, bench.by()));
  CHECK(verdict.outcome() == Outcome::passed);
  CHECK(check_of(verdict, "model.layers").result == CheckResult::skip);
  auto asked = bench.by();
  asked.predicate_type = std::string(oms::kPredicateType);
  verdict = must(verify_artifact(bench.context, other, asked));
  CHECK(verdict.exit_code() == 12);
  CHECK(check_of(verdict, "attestation:" + *asked.predicate_type).code == "layers-mismatch");
  CHECK(must(verify_artifact(bench.context, reference, asked)).exit_code() == 0);
}

TEST_CASE("layers and a statement are the same files or differ by name") {
  const auto layer = [](const std::string& path, const std::string& content) {
    return modelpack::LayerFile{
        .descriptor = {.media_type = "x", .digest = crypto::sha256(content), .size = 1},
        .path = path,
        .kind = model::Kind::weight,
        .encoding = modelpack::Encoding::raw};
  };
  std::vector<modelpack::LayerFile> layers = {layer("a", "a"), layer("b/c", "c")};
  const auto statement = must(oms::parse_statement(must(statement_of_layers("m", layers))));
  CHECK(difference_to_layers(statement, layers).empty());
  CHECK(difference_to_layers(statement, {layers[0]}) == "b/c: signed, but no layer");
  CHECK(difference_to_layers(statement, {layers[0], layer("b/c", "x")}) ==
        "b/c: the layer has another digest");
  layers.push_back(layer("d", "d"));
  CHECK(difference_to_layers(statement, layers) == "d: not signed");
  layers.back().encoding = modelpack::Encoding::tar;
  CHECK(difference_to_layers(statement, layers).find("d: a tar layer") == 0);
  CHECK(statement_of_layers("m", layers).error().kind() == ErrorKind::unsupported);
}

TEST_CASE("the specification's bundles are judged from the signature to the files") {
  if (oms::test::vector_file("valid/key.bundle.json").empty()) {
    MESSAGE("skipped: no public test vectors here");
    return;
  }
  Workbench bench;
  const Model model;
  model.write("signme-1", "signme-1\n");
  model.write("signme-2", "signme-2");
  model.write("ignore-me", "");
  const auto key = must(crypto::PublicKey::from_pem(kVectorKey));
  VerifyRequest request{.trusted_root = {{}, {}, {}, {}, {}, crypto::sha256("")}};
  request.key = key;
  const auto judge = [&](const std::string& name) {
    return must(
        verify_model(bench.context, model.root(), oms::test::vector_file(name), request, {}));
  };
  CHECK(judge("valid/key.bundle.json").exit_code() == 0);
  // The certificate's key is named, so nobody need vouch for the certificate.
  CHECK(judge("valid/certificate.bundle.json").exit_code() == 13);
  CHECK(judge("invalid/empty.bundle.json").exit_code() == 13);
  CHECK(judge("invalid/missing-envelope.bundle.json").exit_code() == 13);
  CHECK(judge("invalid/missing-verification-material.bundle.json").exit_code() == 13);
  const auto wrong = judge("invalid-payload/wrong-predicate.bundle.json");
  CHECK(wrong.exit_code() == 13);
  CHECK(check_of(wrong, "model.statement").message.find("wrong-predicate") != std::string::npos);

  request.key.reset();
  request.trusted_root = must(sigstore::parse_trusted_root(sigstore::embedded_trusted_root().text));
  request.identities.push_back({.subject = {.text = "stefanb@us.ibm.com"},
                                .issuer = {.text = "https://sigstore.verify.ibm.com/oauth2"}});
  auto verdict = judge("valid/sigstore.bundle.json");
  CHECK(check_of(verdict, "bundle").result == CheckResult::pass);
  CHECK(check_of(verdict, "model.files").message.find("signme-1: changed") == 0);
  model.write("signme-1", "signme-1");
  CHECK(judge("valid/sigstore.bundle.json").exit_code() == 0);
  CHECK(judge("invalid/missing-tlog-entries.bundle.json").exit_code() == 12);
}
