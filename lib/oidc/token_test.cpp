// Tokens: what is read, what is refused and how it is said.
#include "oidc/token.hpp"

#include "base/encoding.hpp"
#include "json/value.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::oidc;

namespace {

const Timestamp kNow = Timestamp::from_seconds(1'790'000'000);

std::string jwt(const Json& claims) {
  return base64url_encode(as_bytes(R"({"alg":"ES256"})")) + "." +
         base64url_encode(as_bytes(json::compact(claims))) + "." +
         base64url_encode(as_bytes("sig"));
}

Json claims() {
  return {{"iss", "https://issuer.example"}, {"sub", "s"},        {"email", "ci@example.com"},
          {"email_verified", true},          {"aud", "sigstore"}, {"exp", kNow.seconds() + 600}};
}

Json changed(const char* name, Json value) {
  auto out = claims();
  out[name] = std::move(value);
  return out;
}

testing::FakeTransport no_network() {
  return testing::FakeTransport(
      [](const http::Request&, const std::string&) -> Result<http::Response> {
        return Error(ErrorKind::network, "no network in this test");
      });
}

}  // namespace

TEST_CASE("a token with a line break around it is read") {
  auto token = read_token("\n" + jwt(claims()) + "\n", "test", kNow);
  REQUIRE(token);
  CHECK(token->identity() == "ci@example.com");
  CHECK(token->issuer == "https://issuer.example");
  CHECK(token->raw.find('\n') == std::string::npos);
}

TEST_CASE("an audience list that has sigstore in it will do, and a subject without e-mail") {
  CHECK(read_token(jwt(changed("aud", {"other", "sigstore"})), "test", kNow));
  auto without = claims();
  without.erase("email");
  without.erase("email_verified");
  CHECK(read_token(jwt(without), "test", kNow)->identity() == "s");
}

TEST_CASE("tokens that Fulcio would refuse are refused before") {
  struct Case {
    std::string token;
    const char* says;
  };
  for (const auto& c :
       {Case{jwt(changed("aud", "kubernetes")), "aud is \"kubernetes\""},
        Case{jwt(changed("exp", kNow.seconds() - 61)), "expired"},
        Case{jwt(changed("email_verified", false)), "not verified"},
        Case{jwt(changed("email_verified", "false")), "not verified"}, Case{"a.b", "2 parts"},
        Case{"not a token", "1 part,"}, Case{" \n", "it is empty"},
        Case{jwt(claims()) + "=", "base64url"}, Case{"YQ.YQ.YQ", "not an OIDC token"}}) {
    auto token = read_token(c.token, "test", kNow);
    REQUIRE_FALSE(token);
    CHECK(token.error().kind() == ErrorKind::usage);
    CHECK_MESSAGE(token.error().text().find(c.says) != std::string::npos, token.error().text());
  }
  CHECK(read_token(jwt(changed("exp", kNow.seconds() - 59)), "test", kNow));
}

TEST_CASE("the flag wins over the variable, the variable over GitHub") {
  auto transport = no_network();
  MapEnv env;
  env.set("SIGSTORE_ID_TOKEN", jwt(changed("email", "env@example.com")));
  env.set("GITHUB_ACTIONS", "true");
  CHECK(find_token(jwt(claims()), "--identity-token f", env, transport, kNow)->identity() ==
        "ci@example.com");
  CHECK(find_token(std::nullopt, "", env, transport, kNow)->identity() == "env@example.com");
  auto none = find_token(std::nullopt, "", MapEnv(), transport, kNow);
  REQUIRE_FALSE(none);
  CHECK(none.error().hint().find("--identity-token") != std::string::npos);
}

TEST_CASE("GitHub's ambient endpoint is asked for audience sigstore with the job's secret") {
  testing::FakeTransport transport([](const http::Request&,
                                      const std::string&) -> Result<http::Response> {
    return http::Response{
        .status = 200, .headers = {}, .body = json::compact({{"value", jwt(claims())}}), .url = {}};
  });
  MapEnv env;
  env.set("ACTIONS_ID_TOKEN_REQUEST_URL", "https://token.example/get?api-version=2");
  env.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "secret");
  auto token = find_token(std::nullopt, "", env, transport, kNow);
  REQUIRE(token);
  CHECK(token->source == "GitHub Actions");
  auto seen = transport.seen();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].url == "https://token.example/get?api-version=2&audience=sigstore");
  CHECK(seen[0].headers.get("authorization").value() == "bearer secret");
}

TEST_CASE("a GitHub job without id-token permission is told which one is missing") {
  auto transport = no_network();
  MapEnv env;
  env.set("GITHUB_ACTIONS", "true");
  auto token = find_token(std::nullopt, "", env, transport, kNow);
  REQUIRE_FALSE(token);
  CHECK(token.error().hint().find("id-token: write") != std::string::npos);
}
