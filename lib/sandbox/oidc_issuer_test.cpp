// The OIDC issuer: its pages, and which tokens it takes for its own.
#include "sandbox/test_sandbox.hpp"

namespace mpk::sandbox {
namespace {

using testing::body_of;
using testing::kNow;
using testing::must;

crypto::PrivateKey make_key() {
  return must(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
}

TEST_CASE("discovery leads to the key that the tokens are signed with") {
  const testing::Bench bench;
  const auto& url = bench.services->issuer().url();
  const auto found = body_of(bench.send("GET", url + "/.well-known/openid-configuration"));
  CHECK(found["issuer"] == url);
  const auto keys = body_of(bench.send("GET", found["jwks_uri"].get<std::string>()));
  REQUIRE(keys["keys"].size() == 1);
  const auto& key = keys["keys"][0];
  CHECK(key["alg"] == "ES256");
  // SubjectPublicKeyInfo of P-256 up to the point (RFC 5480).
  auto spki = must(hex_decode("3059301306072a8648ce3d020106082a8648ce3d03010703420004"));
  for (const auto* name : {"x", "y"}) {
    const auto part = must(base64url_decode(key[name].get<std::string>()));
    spki.insert(spki.end(), part.begin(), part.end());
  }
  const auto token = bench.send("GET", url + "/token?email=a@example.com").body;
  const auto header =
      must(json::parse(as_text(must(base64url_decode(token.substr(0, token.find('.')))))));
  CHECK(header["kid"] == key["kid"]);
  CHECK(header["kid"] ==
        must(crypto::PublicKey::from_spki(spki)).fingerprint().hex().substr(0, 16));
}

TEST_CASE("a token says who it was minted for, and a page that needs a name refuses without one") {
  const testing::Bench bench;
  const auto& issuer = bench.services->issuer();
  struct Case {
    const char* query;
    const char* subject;
    const char* email;
  };
  for (const auto& c : {Case{"email=a%40b.example", "a@b.example", "a@b.example"},
                        Case{"email=a%40b.example&sub=42", "42", "a@b.example"},
                        Case{"sub=https%3A%2F%2Frobot.example", "https://robot.example", ""}}) {
    CAPTURE(c.query);
    const auto answer = bench.send("GET", issuer.url() + "/token?" + c.query);
    REQUIRE(answer.status == 200);
    const auto claims = must(issuer.verify(answer.body, "sigstore"));
    CHECK(claims.issuer == issuer.url());
    CHECK(claims.subject == c.subject);
    CHECK(claims.email == c.email);
  }
  CHECK(bench.send("GET", issuer.url() + "/token").status == 400);
  CHECK(bench.send("GET", issuer.url() + "/token?sub=%ff").status == 400);
  CHECK(bench.send("GET", issuer.url() + "/nowhere%ff").status == 404);
  CHECK(bench.send("POST", issuer.url() + "/token?email=a@b").status == 400);
  for (const auto& [claims, status] :
       {std::pair{"%7B%22repository%22:%22a/b%22%7D", 200}, {"%7B%22run%22:7%7D", 400}, {"x", 400}})
    CHECK(bench.send("GET", issuer.url() + "/token?sub=x&claims=" + claims).status == status);
  CHECK(bench.send("POST", issuer.url() + "/keys").status == 405);
}

TEST_CASE("only this issuer's tokens for the right audience and time are taken") {
  FixedClock clock{kNow};
  OidcIssuer issuer(make_key(), clock);
  issuer.set_url("http://127.0.0.1:1");
  OidcIssuer stranger(make_key(), clock);
  stranger.set_url(issuer.url());
  OidcIssuer moved = issuer;
  moved.set_url("http://127.0.0.1:2");

  const auto good = must(issuer.mint("a@b.example"));
  const auto refused = [&](const std::string& token) {
    const auto claims = issuer.verify(token, "sigstore");
    return !claims && claims.error().kind() == ErrorKind::unauthorized;
  };
  CHECK(issuer.verify(good, "sigstore").has_value());
  CHECK(refused(must(stranger.mint("a@b.example"))));
  CHECK(refused(must(moved.mint("a@b.example"))));
  CHECK(refused(must(issuer.mint("a@b.example", "other"))));
  CHECK(refused(""));
  CHECK(refused("a.b"));
  CHECK(refused(good + "."));
  CHECK(refused(good.substr(0, good.size() - 1)));
  const auto dot = good.find('.');
  const auto none = base64url_encode(as_bytes(R"({"alg":"none"})"));
  CHECK(refused(none + good.substr(dot)));

  clock.set(kNow.plus_seconds(599));
  CHECK_FALSE(refused(good));
  clock.set(kNow.plus_seconds(600));
  CHECK(refused(good));
  clock.set(kNow.plus_seconds(-1));
  CHECK(refused(good));
}

}  // namespace
}  // namespace mpk::sandbox
