// Policies: what is read; what is refused, and where it says so.
#include "policy/policy.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::policy;

namespace {
// The one rule of a file without `rules`.
Result<Policy> parse_one(std::string_view text, std::string_view file) {
  auto read = TRY(parse_policy(text, file));
  return std::move(read.rules.front());
}

constexpr const char* kWhole = R"(apiVersion: mpk/v1
name: prod
signers:
  - issuer: https://token.actions.githubusercontent.com
    identityPattern: https://github.com/acme/.*
  - issuer: https://accounts.example
    identity: ci@example.com
attestations:
  - type: slsaprovenance1
  - type: https://example.com/eval/v1
    signers:
      - issuer: https://accounts.example
        identity: eval@example.com
aibom:
  required: true
  agreesWithLayers: false
)";

// Only its directory is there: keyFile is taken from it on.
constexpr const char* kPolicy = "testdata/keys/p.yaml";

std::string pem_of(const std::string& name) {
  return read_file("testdata/keys/" + name, 10'000).take();
}

crypto::PublicKey key_of(const std::string& name) {
  return crypto::PublicKey::from_pem(pem_of(name)).take();
}

// As a block below "key: |".
std::string indented(const std::string& name) {
  std::string out;
  const auto pem = pem_of(name);
  for (const auto line : split(trim(pem), '\n')) out += "      " + std::string(line) + "\n";
  return out;
}

std::string start() {
  return "apiVersion: mpk/v1\nsigners:\n  - issuer: https://i\n    identity: me\n";
}
}  // namespace

TEST_CASE("a whole policy is read") {
  auto policy = parse_one(kWhole, "prod.yaml");
  REQUIRE_MESSAGE(policy, policy.error().text());
  CHECK(policy->name == "prod");
  REQUIRE(policy->signers.size() == 2);
  const auto& subject = policy->signers.identities[0].subject;
  CHECK(subject.matches("https://github.com/acme/train"));
  CHECK_FALSE(subject.matches("https://evil/https://github.com/acme/train"));
  CHECK(policy->signature_required);
  REQUIRE(policy->attestations.size() == 2);
  CHECK(policy->attestations[0].predicate_type == "https://slsa.dev/provenance/v1");
  CHECK(policy->attestations[0].signers.empty());
  CHECK(policy->attestations[0].line == 9);
  CHECK(policy->attestations[1].signers.size() == 1);
  REQUIRE(policy->aibom);
  CHECK_FALSE(policy->aibom->agrees_with_layers);
}

TEST_CASE("the digest of a policy is that of its bytes") {
  auto a = parse_one(start(), "a.yaml");
  auto b = parse_one(start() + "# a comment\n", "b.yaml");
  REQUIRE(a);
  REQUIRE(b);
  CHECK(a->digest != b->digest);
}

TEST_CASE("whatever is wrong is refused with file and line") {
  struct Case {
    std::string text;
    const char* says;
  };
  for (const auto& c : {
           Case{"", "p.yaml"},
           Case{"name: x\n", "apiVersion"},
           Case{"apiVersion: mpk/v2\n" + start().substr(19), "mpk/v2"},
           Case{"apiVersion: mpk/v1\n", "no signers"},
           Case{"apiVersion: mpk/v1\nsigners: []\n", "no signers"},
           Case{start() + "signer: []\n", "p.yaml:5"},
           Case{start() + "aibom:\n  require: true\n", "p.yaml:6"},
           Case{start() + "attestations:\n  - type: cyclondx\n", "cyclondx"},
           Case{start() + "attestations:\n  - type: cyclonedx\n    signers: []\n",
                "signers is empty"},
           Case{"apiVersion: mpk/v1\nsigners:\n  - identity: me\n", "issuer"},
           Case{"apiVersion: mpk/v1\nsigners:\n  - issuer: i\n    identity: me\n    "
                "identityPattern: m.*\n",
                "either"},
           Case{"apiVersion: mpk/v1\nsigners:\n  - issuer: i\n    identityPattern: '(?=x)'\n",
                "identityPattern"},
           Case{"apiVersion: mpk/v1\nsigners:\n  - issuer: i\n    identity: ''\n", "empty"},
           Case{start() + "signature:\n  required: false\n", "requires nothing"},
           Case{start() + "aibom: &a\n  required: true\n", "p.yaml:5"},
           Case{start() + start(), "p.yaml"},
       }) {
    auto policy = parse_one(c.text, "p.yaml");
    REQUIRE_FALSE_MESSAGE(policy, c.text);
    CHECK(policy.error().kind() == ErrorKind::usage);
    CHECK_MESSAGE(policy.error().text().find(c.says) != std::string::npos, policy.error().text());
    CHECK_MESSAGE(policy.error().text().find("p.yaml") != std::string::npos, policy.error().text());
  }
}

TEST_CASE(
    "thresholds, claims and evidence are read, and what nobody can reach is refused in place") {
  const auto policy = parse_one(start() +
                                    "    claims:\n      sourcerepositoryuri: https://r\n"
                                    "  - {issuer: https://i, identity: you}\n"
                                    "threshold: 2\nevidence: {logs: 2, timestamps: 1}\n"
                                    "attestations: [{type: slsaprovenance1}]\n",
                                "p.yaml");
  REQUIRE_MESSAGE(policy, policy.error().text());
  CHECK(policy->threshold == 2);
  CHECK(policy->signers.identities[0].claims.at("sourceRepositoryURI").matches("https://r"));
  CHECK(policy->logs == 2);
  CHECK(policy->timestamps == 1);
  CHECK(policy->attestations[0].threshold == 2);
  struct Row {
    const char *text, *error;
  };
  for (const auto& row :
       {Row{"threshold: 2\n", "p.yaml:5:"}, Row{"threshold: 0\n", "p.yaml:5:"},
        Row{"    claims: {sourceRepositoryURL: x}\n", "did you mean sourceRepositoryURI?"},
        Row{"    claimPatterns: {buildTrigger: \"(\"}\n", "p.yaml:5:"},
        Row{"evidence: {witnesses: {keys: []}}\n", "a quorum of nobody"},
        Row{"evidence: {witnesses: {keys: [x]}}\n", "no verifier key"},
        Row{"evidence: {log: 1}\n", "p.yaml:5:"}}) {
    CAPTURE(row.text);
    const auto refused = parse_one(start() + row.text, "p.yaml");
    REQUIRE_FALSE(refused);
    const auto words = refused.error().text() + " " + refused.error().hint();
    CHECK_MESSAGE(words.find(row.error) != std::string::npos, words);
  }
}

TEST_CASE("keys stand among the signers, inline or in a file beside the policy") {
  const auto policy = parse_one(start() + "  - keyFile: p256_public.pem\n  - key: |\n" +
                                    indented("cosign_public.pem") + "threshold: 3\n",
                                kPolicy);
  REQUIRE_MESSAGE(policy, policy.error().text());
  CHECK(policy->signers.identities.size() == 1);
  REQUIRE(policy->signers.keys.size() == 2);
  CHECK(policy->signers.keys[0] == key_of("p256_public.pem"));
  CHECK(policy->signers.keys[1] == key_of("cosign_public.pem"));
  CHECK(policy->threshold == 3);
  const auto own = parse_one(start() +
                                 "attestations:\n  - type: slsaprovenance1\n    signers: "
                                 "[{keyFile: p256_public.pem}]\n",
                             kPolicy);
  REQUIRE_MESSAGE(own, own.error().text());
  CHECK(own->attestations[0].signers.keys.size() == 1);
}

TEST_CASE("the digest of a policy covers the keys in files, in their order, each once") {
  const auto digest_of = [](const std::string& text) {
    const auto policy = parse_policy(text, kPolicy);
    REQUIRE_MESSAGE(policy, policy.error().text());
    for (const auto& rule : policy->rules) CHECK(rule.digest == policy->digest);
    return policy->digest;
  };
  const auto plain = start() + "  - key: |\n" + indented("p256_public.pem");
  CHECK(digest_of(plain) == crypto::sha256(plain));
  const auto named = start() + "  - keyFile: p256_public.pem\n  - keyFile: cosign_public.pem\n" +
                     "attestations: [{type: slsaprovenance1, signers: [{keyFile: "
                     "cosign_public.pem}, {keyFile: p256_public.pem}]}]\n";
  CHECK(digest_of(named) ==
        crypto::sha256(named + pem_of("p256_public.pem") + pem_of("cosign_public.pem")));
  CHECK(parse_policy(named, kPolicy)->named_files ==
        std::vector<std::filesystem::path>{"testdata/keys/p256_public.pem",
                                           "testdata/keys/cosign_public.pem"});
}

TEST_CASE("a key that is none, private, twice or beside an identity is refused in its place") {
  struct Row {
    std::string text;
    const char* says;
  };
  const std::string again = "  - keyFile: p256_public.pem\n";
  for (const auto& row : {
           Row{"  - key: p256_public.pem\n", "p.yaml:5:5: expected a public key as PEM"},
           Row{"  - key: " + std::string(64, 'a') + "\n", "expected a public key as PEM"},
           Row{"  - key: 1\n", "p.yaml:5:5"},
           Row{"  - key:\n", "key has no value"},
           Row{"  - key: '-----BEGIN PUBLIC KEY-----'\n", "p.yaml:5:5"},
           Row{"  - keyFile: none.pem\n", "p.yaml:5:5: keyFile"},
           Row{"  - keyFile: ''\n", "keyFile is empty"},
           Row{"  - keyFile: p256_pkcs8.pem\n", "p.yaml:5:5: a private key"},
           Row{"  - keyfile: p256_public.pem\n", "did you mean \"keyFile\"?"},
           Row{again + again, "p.yaml:6:5: the key is there twice"},
           Row{again + "  - key: |\n" + indented("p256_public.pem"), "the key is there twice"},
           Row{again + "    issuer: https://i\n", "p.yaml:5:5: a key stands alone"},
           Row{again + "    key: |\n" + indented("p256_public.pem"), "a key stands alone"},
           Row{again + "threshold: 3\n", "expected 1 to 2"},
       }) {
    CAPTURE(row.text);
    const auto refused = parse_one(start() + row.text, kPolicy);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::usage);
    const auto words = refused.error().text() + " " + refused.error().hint();
    CHECK_MESSAGE(words.find(row.says) != std::string::npos, words);
  }
}

TEST_CASE(
    "a rule's keys replace the file's, the others are the file's, and the first match counts") {
  const auto file =
      parse_policy(start() +
                       "  - {issuer: https://i, identity: you}\n"
                       "threshold: 2\n"
                       "deny: [{digest: \"sha256:" +
                       std::string(64, 'a') +
                       "\", reason: leaked}]\n"
                       "aibom: {required: true, threshold: 1, findingsBelow: high}\n"
                       "rules:\n"
                       "  - match: [ghcr.io/acme/new-*]\n"
                       "    signers: [{issuer: https://i, identity: eve}]\n"
                       "    threshold: 1\n"
                       "    aibom: {required: false}\n"
                       "  - {match: [ghcr.io/acme/**], attestations: [{type: spdx}]}\n",
                   "p.yaml");
  REQUIRE_MESSAGE(file, file.error().text());
  REQUIRE(file->rules.size() == 2);
  const auto* first = file->rule_for("ghcr.io/acme/new-llm");
  REQUIRE(first == &file->rules[0]);
  CHECK(first->signers.identities[0].subject.text == "eve");
  CHECK(first->threshold == 1);
  CHECK_FALSE(first->aibom->required);
  CHECK_FALSE(first->aibom->findings_below);
  CHECK(first->attestations.empty());
  const auto* second = file->rule_for("ghcr.io/acme/team/llm");
  REQUIRE(second == &file->rules[1]);
  CHECK(second->signers.size() == 2);
  CHECK(second->threshold == 2);
  CHECK(second->aibom->findings_below == "high");
  CHECK(second->aibom->signed_by->threshold == 1);
  CHECK(second->attestations[0].threshold == 2);
  for (const auto& rule : file->rules) {
    CHECK(rule.digest == file->digest);
    REQUIRE(rule.denied.size() == 1);
    CHECK(rule.denied[0].reason == "leaked");
  }
  CHECK(file->rule_for("ghcr.io/other/llm") == nullptr);
}

TEST_CASE("the keys of the sections arrive in their places") {
  const auto policy = parse_one(read_file("testdata/policy/valid/provenance.yaml", 10'000).take(),
                                "testdata/policy/valid/provenance.yaml");
  REQUIRE_MESSAGE(policy, policy.error().text());
  const auto& rule = *policy->provenance;
  REQUIRE(rule.builders.size() == 2);
  CHECK(rule.builders[0].level == 3);
  CHECK(rule.builders[0].is_signer);
  CHECK(rule.builders[1].id.matches("https://ci.example/1"));
  CHECK_FALSE(rule.builders[1].is_signer);
  CHECK(rule.level == 2);
  CHECK(rule.sources[1].matches("git+https://github.com/acme/train"));
  REQUIRE(rule.external_parameters);
  REQUIRE(rule.external_parameters->size() == 3);
  CHECK((*rule.external_parameters)[0].value->size() == 3);
  CHECK((*rule.external_parameters)[1].pattern->full_match("https://github.com/acme/x"));
  CHECK((*rule.external_parameters)[2].any);
  CHECK(rule.dependencies_denied[0].matches("git+https://github.com/acme/old-1"));
  CHECK(rule.dependencies_need_digests);
  CHECK(rule.max_age == 90 * 86'400);

  const auto told = parse_one(read_file("testdata/policy/valid/aibom.yaml", 10'000).take(), "p");
  REQUIRE_MESSAGE(told, told.error().text());
  const auto& aibom = *told->aibom;
  CHECK(aibom.profiles[0].verified == 30);
  CHECK_FALSE(aibom.profiles[1].verified);
  CHECK(aibom.licenses->allowed.size() == 3);
  CHECK(aibom.licenses->denied.empty());
  CHECK(aibom.evaluations[2].most == 0.1);
  CHECK_FALSE(aibom.evaluations[2].slice);
  CHECK(aibom.agent->scopes.empty());
  CHECK(aibom.agent->scopes_given);

  const auto bare = parse_one(start() + "aibom: {agent: {servers: []}}\n", "p.yaml");
  REQUIRE(bare);
  CHECK(bare->aibom->agent->servers_given);
  CHECK_FALSE(bare->aibom->agent->tools_given);
  CHECK_FALSE(bare->aibom->signed_by);
  CHECK_FALSE(bare->provenance);
  CHECK_FALSE(bare->signature_max_age);
}

TEST_CASE("one rule more than the cap is refused") {
  const auto with = [](std::size_t count) {
    auto text = start() + "rules:\n";
    for (std::size_t i = 0; i < count; ++i)
      text += "  - match: [ghcr.io/acme/r" + std::to_string(i) + "]\n";
    return parse_policy(text, "p.yaml");
  };
  CHECK(with(256));
  const auto refused = with(257);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text() == "p.yaml:5:1: 257 rules, at most 256 are read");
}
