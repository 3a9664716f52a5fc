// Tokens: what is read, what is refused and how it is said.
#include "oidc/token.hpp"

#include "oidc/test_oidc.hpp"

using namespace mpk;
using namespace mpk::oidc;
using namespace mpk::oidc::test;

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

TEST_CASE("the workflow that a job of GitHub Actions runs is read") {
  const char* const kWorkflow = "acme/builders/.github/workflows/pack.yml@refs/tags/v1.2.0";
  CHECK(read_token(jwt(changed("job_workflow_ref", kWorkflow)), "test", kNow)->job_workflow ==
        kWorkflow);
  CHECK(read_token(jwt(claims()), "test", kNow)->job_workflow.empty());
  CHECK_FALSE(read_token(jwt(changed("job_workflow_ref", 1)), "test", kNow));
}

TEST_CASE("a token must be for whom it is asked for") {
  CHECK(read_token(jwt(changed("aud", "mine")), "test", kNow, "mine"));
  CHECK_FALSE(read_token(jwt(claims()), "test", kNow, "mine"));
}

TEST_CASE("tokens that Fulcio would refuse are refused before, with what to do") {
  const struct {
    std::string token;
    const char* says;
    const char* hint;
  } rows[] = {
      {jwt(changed("aud", "kubernetes")), "aud is \"kubernetes\"",
       "projected service account token with audience: sigstore"},
      {jwt(changed("aud", "other")), "expected \"sigstore\"",
       "in GitLab set id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore"},
      {jwt(changed("exp", kNow.seconds() - 61)), "expired at 2026-09-21T14:12:19Z",
       "ask the issuer for a fresh one"},
      {jwt(changed("exp", kNow.seconds() - 61)), "this machine's clock says 2026-09-21T14:13:20Z",
       "clock is ahead"},
      {jwt(changed("iat", kNow.seconds() + 61)), "iat is 2026-09-21T14:14:21Z",
       "timedatectl set-ntp true"},
      {jwt(changed("nbf", kNow.seconds() + 61)), "this machine's clock says 2026-09-21T14:13:20Z",
       "timedatectl set-ntp true"},
      {jwt(changed("email_verified", false)), "not verified", "verify ci@example.com"},
      {jwt(changed("email_verified", "false")), "not verified", "https://issuer.example"},
      {jwt(claims(), R"({"alg":"none"})"), "no signature", "signed token"},
      {jwt(claims(), R"({"alg":"ES256","typ":"at+JWT"})"), "an access token", "take \"id_token\""},
      {jwt(claims(), R"({"typ":"JWT"})"), "its header", "three base64url parts"},
      {jwt(claims(), "[]"), "its header", "three base64url parts"},
      {"a.b", "2 parts", "three base64url parts"},
      {"a.b.c.d.e", "an encrypted token", "not to encrypt"},
      {"not a token", "1 part,", "three base64url parts"},
      {" \n", "it is empty", "three base64url parts"},
      {jwt(claims()) + "=", "base64url", "three base64url parts"},
      {jwt(claims()).insert(30, "\n"), "base64url", "three base64url parts"},
      {"YQ.YQ.YQ", "not an OIDC token", "three base64url parts"}};
  for (const auto& row : rows) {
    CAPTURE(row.says);
    auto token = read_token(row.token, "test", kNow);
    REQUIRE_FALSE(token);
    CHECK(token.error().kind() == ErrorKind::usage);
    CHECK_MESSAGE(token.error().text().find(row.says) != std::string::npos, token.error().text());
    CHECK_MESSAGE(token.error().hint().find(row.hint) != std::string::npos, token.error().hint());
  }
}

TEST_CASE("a minute of leeway lies on both sides, and only there") {
  CHECK(read_token(jwt(changed("exp", kNow.seconds() - 59)), "test", kNow));
  CHECK(read_token(jwt(changed("iat", kNow.seconds() + 59)), "test", kNow));
  CHECK(read_token(jwt(changed("nbf", 1'790'000'059.5)), "test", kNow));
  CHECK(read_token(jwt(claims(), R"({"alg":"ES256","typ":"JWT"})"), "test", kNow));
}

TEST_CASE("a refusal never repeats the token") {
  const auto raw = jwt(changed("aud", "other"));
  const auto token = read_token(raw, "test", kNow);
  REQUIRE_FALSE(token);
  CHECK_FALSE(says(token.error(), raw.substr(20, 20)));
}
