// find_token: the order of places, and what excludes what.
#include "oidc/find_token.hpp"

#include "oidc/test_oidc.hpp"

using namespace mpk;
using namespace mpk::oidc;
using namespace mpk::oidc::test;

namespace {

const char* const kFile = "var/run/sigstore/cosign/oidc-token";

std::string named(const char* who) { return jwt(changed("email", who)); }

Person nobody_answers(bool at_terminal) {
  return {.tell = [](const std::string&) {},
          .ask = [](const std::string&) -> Result<std::string> {
            return Error(ErrorKind::usage, "nobody types");
          },
          .at_terminal = at_terminal};
}

}  // namespace

TEST_CASE("each place gives way to the ones before it") {
  World world([](const http::Request&, const std::string&) -> Result<http::Response> {
    return answer(200, json::compact({{"value", named("github@example.com")}}));
  });
  const auto who = [&](const TokenRequest& request = {}) {
    const auto token = find_token(request, world.around());
    REQUIRE_MESSAGE(token, token.error().text());
    return token->identity();
  };
  world.file(kFile, named("file@example.com") + "\n");
  CHECK(who() == "file@example.com");
  world.env.set("ACTIONS_ID_TOKEN_REQUEST_URL", "https://token.example/");
  world.env.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "secret");
  CHECK(who() == "github@example.com");
  CHECK(who({.provider = "filesystem"}) == "file@example.com");
  world.env.set("SIGSTORE_ID_TOKEN", named("variable@example.com"));
  CHECK(who() == "variable@example.com");
  CHECK(who({.provider = "github-actions"}) == "github@example.com");
  CHECK(who({.token_text = named("flag@example.com"), .token_source = "--identity-token f"}) ==
        "flag@example.com");
}

TEST_CASE("what was taken is reported once, with its place and issuer") {
  World world;
  std::vector<std::string> lines;
  world.env.set("SIGSTORE_ID_TOKEN", jwt(claims()));
  REQUIRE(find_token({.report = [&](const std::string& line) { lines.push_back(line); }},
                     world.around()));
  CHECK(lines == std::vector<std::string>{"identity: ci@example.com from SIGSTORE_ID_TOKEN (issuer "
                                          "https://issuer.example)"});
}

TEST_CASE("a source that somebody set up is final, one that was just there is passed over") {
  World world;
  world.file(kFile, named("file@example.com"));
  world.env.set("GITHUB_ACTIONS", "true");
  const auto refused = find_token({}, world.around());
  REQUIRE_FALSE(refused);
  CHECK(says(refused.error(), "id-token: write"));

  World gitlab;
  gitlab.env.set("CI_JOB_ID", "1");
  CHECK(says(find_token({}, gitlab.around()).error(), "aud: sigstore"));
  gitlab.file(kFile, named("file@example.com"));
  CHECK(find_token({}, gitlab.around())->identity() == "file@example.com");
}

TEST_CASE("a named provider answers or says why it can't, and nobody else does") {
  World world;
  world.env.set("SIGSTORE_ID_TOKEN", jwt(claims()));
  for (const auto& [name, expected] :
       {std::pair("github-actions", "id-token: write"), std::pair("circleci", "CIRCLECI"),
        std::pair("buildkite-agent", "BUILDKITE_JOB_ID"), std::pair("filesystem", "oidc-token"),
        std::pair("spiffe", "is the agent running"), std::pair("google", "no network"),
        std::pair("google-impersonate", "GOOGLE_SERVICE_ACCOUNT_NAME"),
        std::pair("aws", "expected one of")}) {
    CAPTURE(name);
    const auto token = find_token({.provider = name}, world.around());
    REQUIRE_FALSE(token);
    CHECK_MESSAGE(says(token.error(), expected), token.error().text());
  }
}

TEST_CASE("two places at once are refused") {
  World world;
  const TokenRequest both[] = {{.token_text = "t", .flow = Flow::device},
                               {.token_text = "t", .provider = "spiffe"},
                               {.provider = "spiffe", .flow = Flow::browser},
                               {.provider = "spiffe", .no_ambient = true}};
  for (const auto& request : both)
    CHECK(says(find_token(request, world.around()).error(), "exclude each other"));
}

TEST_CASE("without ambient providers neither variable nor file counts") {
  World world;
  world.file(kFile, jwt(claims()));
  world.env.set("SIGSTORE_ID_TOKEN", jwt(claims()));
  CHECK(find_token({}, world.around()));
  const auto none = find_token({.no_ambient = true}, world.around());
  REQUIRE_FALSE(none);
  CHECK(says(none.error(), "--identity-token"));
}

TEST_CASE("only at a terminal outside of CI a log-in starts by itself") {
  const struct {
    const char* ci;
    bool terminal;
    bool starts;
  } rows[] = {{"", true, true},      {"false", true, true}, {"", false, false},
              {"true", true, false}, {"1", true, false},    {"true", false, false}};
  for (const auto& row : rows) {
    CAPTURE(row.ci);
    CAPTURE(row.terminal);
    World world;
    world.env.set("CI", row.ci);
    const auto token =
        find_token({.issuer = "https://issuer.example", .person = nobody_answers(row.terminal)},
                   world.around());
    REQUIRE_FALSE(token);
    CHECK(says(token.error(), row.starts ? "no network" : "there is no identity"));
    CHECK(world.transport.seen().size() == (row.starts ? 1 : 0));
  }
}

TEST_CASE("a named flow needs no terminal, but never starts in CI unless no person is needed") {
  World world;
  const auto reason = [&](Flow flow) {
    const auto token = find_token(
        {.flow = flow, .issuer = "https://issuer.example", .person = nobody_answers(false)},
        world.around());
    REQUIRE_FALSE(token);
    return token.error().text() + token.error().hint();
  };
  CHECK(reason(Flow::device).find("no network") != std::string::npos);
  world.env.set("GITLAB_CI", "true");
  for (const auto flow : {Flow::browser, Flow::device, Flow::out_of_band})
    CHECK(reason(flow).find("a CI job has nobody who could log in") != std::string::npos);
  CHECK(reason(Flow::client_credentials).find("no network") != std::string::npos);
}

TEST_CASE("an issuer must be there and be reached by TLS") {
  World world;
  const auto reason = [&](const char* issuer) {
    return find_token({.flow = Flow::device, .issuer = issuer, .person = nobody_answers(false)},
                      world.around())
        .error();
  };
  CHECK(says(reason(""), "add --oidc-issuer URL"));
  CHECK(says(reason("http://issuer.example"), "not https"));
  CHECK(says(reason("https://me:pw@issuer.example"), "no user may stand in it"));
  CHECK(says(reason("ftp://issuer.example"), "ftp"));
  CHECK(world.transport.seen().empty());
  CHECK(says(reason("http://127.0.0.1:1"), "no network"));
}

TEST_CASE("flows have cosign's names, too") {
  CHECK(*parse_flow("normal") == Flow::browser);
  CHECK(*parse_flow("browser") == Flow::browser);
  CHECK(*parse_flow("oob") == Flow::out_of_band);
  CHECK(says(parse_flow("token").error(), "--identity-token"));
  CHECK(says(parse_flow("Browser").error(), "expected browser, device"));
}
