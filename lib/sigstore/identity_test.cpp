// Identities are read out of certificates and matched against whom one expects.
#include "sigstore/identity.hpp"

#include "crypto/issue.hpp"
#include "sigstore/test_bundles.hpp"

namespace mpk::sigstore {
namespace {

using namespace testing;
using Type = crypto::SubjectAltName::Type;

Bytes utf8_string(std::string_view text) {
  Bytes out{0x0C, static_cast<std::uint8_t>(text.size())};
  out.insert(out.end(), text.begin(), text.end());
  return out;
}

crypto::Certificate certificate(std::optional<crypto::SubjectAltName> name,
                                std::vector<crypto::Extension> extensions) {
  const auto key = must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  const auto start = Timestamp::from_seconds(1'760'000'000);
  crypto::CertificateRequest request{.common_name = "x",
                                     .organization = {},
                                     .key = key.public_key(),
                                     .not_before = start,
                                     .not_after = start.plus_seconds(600),
                                     .path_length = std::nullopt,
                                     .subject_alt_name = std::move(name),
                                     .extensions = std::move(extensions)};
  return must(crypto::issue_certificate(request, {key, std::nullopt}));
}

const crypto::Extension kOldIssuer{"1.3.6.1.4.1.57264.1.1", to_bytes("https://old.example")};
const crypto::Extension kIssuer{"1.3.6.1.4.1.57264.1.8", utf8_string("https://new.example")};
const crypto::SubjectAltName kEmail{Type::email, "ci@example.com"};

TEST_CASE("an identity is the one name, the issuer and the claims") {
  const auto identity = must(read_identity(
      certificate(kEmail, {kOldIssuer,
                           kIssuer,
                           {"1.3.6.1.4.1.57264.1.5", to_bytes("acme/train")},
                           {"1.3.6.1.4.1.57264.1.12", utf8_string("https://github.com/acme/train")},
                           {"1.3.6.1.4.1.57264.1.24", utf8_string("repo:acme/train")}})));
  CHECK(identity.subject == "ci@example.com");
  CHECK(identity.issuer == "https://new.example");
  const std::map<std::string, std::string> claims = {
      {"githubWorkflowRepository", "acme/train"},
      {"sourceRepositoryURI", "https://github.com/acme/train"},
      {"tokenSubject", "repo:acme/train"}};
  CHECK(identity.claims == claims);
  CHECK(must(read_identity(certificate(kEmail, {kOldIssuer}))).issuer == "https://old.example");
}

TEST_CASE("where the certificate names no issuer, the authority's own name is the issuer") {
  const auto leaf = certificate(kEmail, {});
  const auto identity = must(read_identity(leaf));
  CHECK(identity.issuer == leaf.issuer());
  CHECK(identity.issuer.starts_with("CN="));
  CHECK(must(read_identity(certificate(kEmail, {kOldIssuer}))).issuer != leaf.issuer());
}

TEST_CASE("a certificate that does not prove an identity is refused") {
  CHECK(kind_of(read_identity(certificate(kEmail, {kIssuer}))) == "");
  CHECK(kind_of(read_identity(certificate(std::nullopt, {kIssuer}))) == "malformed");
  CHECK(kind_of(read_identity(certificate(kEmail, {{"1.3.6.1.4.1.57264.1.1", Bytes{}}}))) ==
        "malformed");
  CHECK(kind_of(read_identity(certificate({{Type::dns, "example.com"}}, {kIssuer}))) ==
        "malformed");
  CHECK(kind_of(read_identity(certificate(
            kEmail, {{"1.3.6.1.4.1.57264.1.8", to_bytes("https://raw.example")}}))) == "malformed");
  CHECK(kind_of(read_identity(
            certificate(kEmail, {{"1.3.6.1.4.1.57264.1.1", Bytes{0xff, 0xfe}}}))) == "malformed");
  CHECK(kind_of(read_identity(certificate(
            kEmail, {kIssuer, {"1.3.6.1.4.1.57264.1.9", to_bytes("raw")}}))) == "malformed");
}

Matcher exact(std::string text) { return {std::move(text), std::nullopt}; }
Matcher pattern(const std::string& text) { return {text, must(Regex::compile(text))}; }

TEST_CASE("exact text and anchored patterns match, and nothing that only contains them") {
  CHECK(exact("a.b").matches("a.b"));
  CHECK(!exact("a.b").matches("axb"));
  CHECK(!exact("a.b").matches("a.bc"));
  CHECK(pattern("a.b").matches("axb"));
  CHECK(!pattern("a.b").matches("axbc"));
  CHECK(pattern("a.b").describe() == "pattern ^a.b$");
  CHECK(pattern("^a.b$").describe() == "pattern ^a.b$");
  CHECK(exact("a.b").describe() == "a.b");
}

TEST_CASE("one of the allowed identities must match with both of its parts") {
  const Identity identity{"ci@example.com", "https://issuer.example", {}};
  const auto issuer = exact("https://issuer.example");
  CHECK(!match_identity(identity, {{exact("ci@example.com"), issuer}}));
  CHECK(!match_identity(identity, {{exact("x"), issuer}, {pattern(".*@example\\.com"), issuer}}));
  CHECK(match_identity(identity, {}));
  // The subject of one and the issuer of another are no match.
  CHECK(match_identity(identity, {{exact("ci@example.com"), exact("x")}, {exact("x"), issuer}}));
}

TEST_CASE("a mismatch says what was expected, what was found and how near it was") {
  const Identity identity{"ci@example.com", "https://issuer.example", {}};
  const auto issuer = exact("https://issuer.example");
  const auto hint = [&](const Matcher& who, const Matcher& by) {
    return match_identity(identity, {{who, by}})->hint;
  };
  CHECK(hint(exact("ci@example.com"), exact("x")).find("the issuer does not") != std::string::npos);
  CHECK(hint(exact("x"), issuer).find("the identity does not") != std::string::npos);
  CHECK(hint(pattern("example"), issuer).find("must match the whole text") != std::string::npos);
  CHECK(hint(exact("ci@example.com"), pattern("https")).find("must match the whole text") !=
        std::string::npos);
  CHECK(hint(exact("x"), exact("y")) == "");
  const auto mismatch = match_identity(identity, {{exact("x"), issuer}});
  CHECK(mismatch->found == "ci@example.com (issuer https://issuer.example)");
  CHECK(mismatch->expected == std::vector<std::string>{"x (issuer https://issuer.example)"});
}

TEST_CASE(
    "claims must match beside identity and issuer, and the report names the one that differs") {
  const Identity identity{"ci@example.com",
                          "https://issuer.example",
                          {{"sourceRepositoryURI", "https://github.com/acme/train"}}};
  IdentityMatcher wanted{exact("ci@example.com"), exact("https://issuer.example")};
  wanted.claims.emplace("sourceRepositoryURI", exact("https://github.com/acme/train"));
  CHECK(!match_identity(identity, {wanted}));
  wanted.claims.at("sourceRepositoryURI") = exact("https://github.com/acme");
  const auto differs = match_identity(identity, {wanted});
  REQUIRE(differs);
  CHECK(differs->hint.find("the claim sourceRepositoryURI does not") != std::string::npos);
  CHECK(differs->expected.front().find("sourceRepositoryURI https://github.com/acme") !=
        std::string::npos);
  wanted.claims.emplace("buildTrigger", exact("push"));
  CHECK(match_identity(identity, {wanted})->found.find("no buildTrigger") != std::string::npos);
}

TEST_CASE("a claim has one name, and a wrong one is answered with the nearest") {
  CHECK(must(parse_claim_name("sourcerepositoryuri")) == "sourceRepositoryURI");
  CHECK(must(parse_claim_name("1.3.6.1.4.1.57264.1.24")) == "tokenSubject");
  CHECK(must(parse_claim_name("githubWorkflowRef")) == "githubWorkflowRef");
  CHECK(claim_names().size() == 21);
  const auto wrong = parse_claim_name("sourceRepositoryURL");
  REQUIRE(!wrong);
  CHECK(wrong.error().hint() == "did you mean sourceRepositoryURI?");
  CHECK(parse_claim_name("x").error().hint().find("claims are ") != std::string::npos);
}

}  // namespace
}  // namespace mpk::sigstore
